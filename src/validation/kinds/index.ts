import type { Check } from '../check.js'
import type { Plan } from '../plan/plan.js'
import { checkAny } from './any.js'
import { checkBoolean } from './boolean.js'
import { checkDate } from './date.js'
import { checkDatetime } from './datetime.js'
import { checkEnum } from './enum.js'
import { checkInteger } from './integer.js'
import { checkList } from './list.js'
import { checkLiteral } from './literal.js'
import { checkModel } from './model.js'
import { checkNullable } from './nullable.js'
import { checkNumber } from './number.js'
import { checkRecord } from './record.js'
import { checkString } from './string.js'
import { checkTime } from './time.js'
import { checkTuple } from './tuple.js'
import { checkUnion } from './union.js'
import { checkUrl } from './url.js'
import { checkUuid } from './uuid.js'

/** The check for each kind of plan. */
export const CHECKS: { readonly [Kind in Plan['kind']]: Check<Extract<Plan, { kind: Kind }>> } = {
  any: checkAny,
  boolean: checkBoolean,
  date: checkDate,
  datetime: checkDatetime,
  enum: checkEnum,
  integer: checkInteger,
  list: checkList,
  literal: checkLiteral,
  model: checkModel,
  nullable: checkNullable,
  number: checkNumber,
  record: checkRecord,
  string: checkString,
  time: checkTime,
  tuple: checkTuple,
  union: checkUnion,
  url: checkUrl,
  uuid: checkUuid,
}
