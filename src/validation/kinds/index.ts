import type { Check } from '../check.js'
import type { Plan } from '../plan/plan.js'
import { checkAny } from './any.js'
import { checkBoolean } from './boolean.js'
import { checkDatetime } from './datetime.js'
import { checkEnum } from './enum.js'
import { checkInteger } from './integer.js'
import { checkList } from './list.js'
import { checkModel } from './model.js'
import { checkNullable } from './nullable.js'
import { checkNumber } from './number.js'
import { checkRecord } from './record.js'
import { checkString } from './string.js'
import { checkUnion } from './union.js'
import { checkUrl } from './url.js'

/** The check for each kind of plan. */
export const CHECKS: { readonly [Kind in Plan['kind']]: Check<Extract<Plan, { kind: Kind }>> } = {
  any: checkAny,
  boolean: checkBoolean,
  datetime: checkDatetime,
  enum: checkEnum,
  integer: checkInteger,
  list: checkList,
  model: checkModel,
  nullable: checkNullable,
  number: checkNumber,
  record: checkRecord,
  string: checkString,
  union: checkUnion,
  url: checkUrl,
}
