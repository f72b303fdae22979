/** Writes the check: whether the service would return a value unchanged, except for defaults and dropped fields. */
import type { AtMostOne, Bounds, FieldPlan, ModelPlan, Plan } from '../../../src/validation/plan/plan.js'
import { decidable } from './decidable.js'
import type { FunctionText, ModuleWriter } from './module-writer.js'
import { nothingElse } from './nothing-else.js'
import { either, local, not, property } from './source.js'
import { dateTime, textChecks, textTest } from './text-conditions.js'

/**
 * An expression that is true if a plan accepts the value of another expression. The slow path must accept the same values, and
 * give the result that `builds.ts` builds. It may accept more.
 */
export function accepts(plan: Plan, value: string, module: ModuleWriter): string {
  if (module.nameOf(plan) !== undefined && HAS_FUNCTION.has(plan.kind)) return `${functionOf(plan, module)}(${value})`
  return conditionOf(plan, value, module)
}

/** The function that checks a plan. */
export function functionOf(plan: Plan, module: ModuleWriter): string {
  return module.functionFor('is', plan, 'name' in plan ? plan.name : plan.kind, () => functionText(plan, module))
}

/** Named kinds that get their own function. The others are short. */
const HAS_FUNCTION: ReadonlySet<Plan['kind']> = new Set(['model', 'union'])

function functionText(plan: Plan, module: ModuleWriter): FunctionText {
  const body =
    plan.kind === 'model' ? modelChecks(plan, 'data', module) : [`return ${conditionOf(plan, 'data', module)}`]
  return { parameter: 'data', body: plan.kind === 'model' ? [...body, 'return true'] : body }
}

type PlanOf<Kind extends Plan['kind']> = Extract<Plan, { kind: Kind }>

function conditionOf<P extends Plan>(plan: P, value: string, module: ModuleWriter): string {
  // Indexed by `plan.kind`, the table holds the writer for just that kind of plan; a mapped type cannot say so.
  const condition = CONDITIONS[plan.kind] as (plan: P, value: string, module: ModuleWriter) => string
  return condition(plan, value, module)
}

const CONDITIONS: {
  readonly [Kind in Plan['kind']]: (plan: PlanOf<Kind>, value: string, module: ModuleWriter) => string
} = {
  any: (_, value, module) => `${module.helper('isFree')}(${value})`,
  boolean: (_, value) => `typeof ${value} === "boolean"`,
  date: (_, value, module) => textTest('COMMON_DATE', value, module),
  datetime: (_, value, module) => dateTime(value, module),
  enum: (plan, value, module) => {
    const members = module.constant(
      `${module.nameOf(plan) ?? 'enum'}Members`,
      `new Set(${JSON.stringify(plan.values)})`,
    )
    return `${members}.has(${value})`
  },
  integer: (plan, value) => [`Number.isSafeInteger(${value})`, ...bounds(plan, value)].join(' && '),
  list: (plan, value, module) =>
    [`Array.isArray(${value})`, ...lengths(plan, value), ...calls(listFunction(plan, module), value)].join(' && '),
  // Python tells 1 from 1.0, and a number here may be either.
  literal: ({ values }, value, module) => {
    const plain = values.filter((one) => typeof one !== 'number')
    return plain.length === 0
      ? 'false'
      : `${module.constant('literals', `new Set(${JSON.stringify(plain)})`)}.has(${value})`
  },
  model: (plan, value, module) => `${functionOf(plan, module)}(${value})`,
  nullable: ({ inner }, value, module) => either([`${value} === null`, accepts(inner, value, module)]),
  // `-0` may be written as an integer, and Python has no negative integer zero.
  number: (plan, value) =>
    [`typeof ${value} === "number"`, ...bounds(plan, value), `!Object.is(${value}, -0)`].join(' && '),
  record: ({ values }, value, module) =>
    values.kind === 'any'
      ? `${module.helper('isFreeRecord')}(${value})`
      : `${module.helper('isRecord')}(${value}) && ${module.helper('everyValue')}(${value}, (item) => ${accepts(values, 'item', module)})`,
  string: (plan, value, module) => [`typeof ${value} === "string"`, ...textChecks(plan, value, module)].join(' && '),
  time: (_, value, module) => textTest('COMMON_TIME', value, module),
  tuple: ({ items }, value, module) =>
    [
      `Array.isArray(${value})`,
      `${value}.length === ${items.length}`,
      ...items
        .map((item, index) => accepts(item, `${value}[${index}]`, module))
        .filter((condition) => condition !== 'true'),
    ].join(' && '),
  union: (plan, value, module) => either(decidable(plan).map((member) => accepts(member, value, module))),
  url: (_, value, module) =>
    `typeof ${value} === "string" && ${value}.length <= ${module.helper('MAX_URL')} && ${module.helper('NORMAL_URL')}.test(${value})`,
  uuid: (_, value, module) => textTest('UUID', value, module),
}

function lengths({ minItems, maxItems }: PlanOf<'list'>, value: string): string[] {
  return [
    ...(minItems === undefined ? [] : [`${value}.length >= ${minItems}`]),
    ...(maxItems === undefined ? [] : [`${value}.length <= ${maxItems}`]),
  ]
}

/** Within the bounds. `NaN` never is. */
function bounds({ ge, gt, le, lt }: Bounds, value: string): string[] {
  return [
    ...(ge === undefined ? [] : [`${value} >= ${ge}`]),
    ...(gt === undefined ? [] : [`${value} > ${gt}`]),
    ...(le === undefined ? [] : [`${value} <= ${le}`]),
    ...(lt === undefined ? [] : [`${value} < ${lt}`]),
  ]
}

/** A function over the items of a list, unless every item is valid. A flat model is checked inside the loop. */
function listFunction(plan: PlanOf<'list'>, module: ModuleWriter): string | undefined {
  const { items } = plan
  const condition = items.kind === 'model' && isFlat(items) ? undefined : accepts(items, 'item', module)
  if (condition === 'true') return undefined
  return module.functionFor('areAll', items, 'name' in items ? items.name : items.kind, () => {
    const checks =
      items.kind === 'model' && condition === undefined
        ? modelChecks(items, 'item', module)
        : [`if (${not(condition ?? '')}) return false`]
    return {
      parameter: 'items',
      body: [
        'const { length } = items',
        'for (let index = 0; index < length; index++) {',
        '  const item = items[index]',
        ...checks.map((line) => `  ${line}`),
        '}',
        'return true',
      ],
    }
  })
}

function calls(name: string | undefined, value: string): string[] {
  return name === undefined ? [] : [`${name}(${value})`]
}

/** Whether a model contains only scalars. */
function isFlat({ fields }: ModelPlan): boolean {
  const isScalar = (plan: Plan): boolean =>
    plan.kind === 'nullable'
      ? isScalar(plan.inner)
      : !['any', 'list', 'model', 'record', 'tuple', 'union'].includes(plan.kind)
  return fields.every(({ plan }) => isScalar(plan))
}

/** The checks of a model as statements that return false on failure. */
function modelChecks(plan: ModelPlan, value: string, module: ModuleWriter): string[] {
  const { kind: _, name: __, fields, keepsExtras, forbidsExtras, atMostOne, ...rest } = plan
  nothingElse(rest)
  let earlier: string | undefined
  const checks = fields.flatMap((field, position) => {
    const [lines, time] = fieldChecks(field, position, value, earlier, module)
    if (time !== undefined) earlier = time
    return lines
  })
  // Only an object can have a field with a name that is not inherited, so such a required field proves that it is an object.
  const isTold = fields.some(({ name, required }) => required && !INHERITED.has(name))
  const isObject = isTold ? `${value} == null` : `!${module.helper('isRecord')}(${value})`
  const declaration = checks.some((line) => line.startsWith(`${VARIABLE} = `)) ? [`let ${VARIABLE}`] : []
  return [
    `if (${isObject}) return false`,
    ...declaration,
    ...checks,
    ...(forbidsExtras ? [`if (!${module.helper('hasOnly')}(${value}, ${isField(plan, module)})) return false`] : []),
    ...atMostOneCheck(atMostOne, value, module),
    ...(keepsExtras
      ? [`if (!${module.helper('hasFreeExtras')}(${value}, ${isField(plan, module)})) return false`]
      : []),
  ]
}

/** The function that tells the fields of a model from others. Comparing with each name is several times faster than a `Set`. */
export function isField({ name, fields }: ModelPlan, module: ModuleWriter): string {
  const tests = fields.map((field) => `key === ${JSON.stringify(field.name)}`)
  return module.constant(`is${name}Field`, `(key) => ${either(tests)}`)
}

/** The variable that holds one field after another. Equal checks then have equal text, which compresses well. */
const VARIABLE = 'field'

function fieldChecks(
  { name, plan, required }: FieldPlan,
  position: number,
  value: string,
  earlier: string | undefined,
  module: ModuleWriter,
): [lines: string[], time: string | undefined] {
  const read = property(value, name, module)
  const isNullable = plan.kind === 'nullable'
  const inner = isNullable ? plan.inner : plan
  const time = inner.kind === 'datetime' ? local(name, position) : undefined
  const variable = time ?? VARIABLE
  const condition = time === undefined ? accepts(inner, variable, module) : dateTime(time, module, earlier)
  const absent = required
    ? [...(isNullable ? [`${variable} !== null`] : [])]
    : [`${variable} ${isNullable ? '!=' : '!=='} ${isNullable ? 'null' : 'undefined'}`]
  if (condition === 'true') {
    return [required ? [`if (${read} === undefined) return false`] : [], undefined]
  }
  const failure = [...absent, not(condition)].join(' && ')
  const uses = failure.split(new RegExp(`\\b${variable}\\b`)).length - 1
  if (uses === 1 && time === undefined)
    return [[`if (${failure.replace(new RegExp(`\\b${variable}\\b`), read)}) return false`], undefined]
  return [[`${time === undefined ? '' : 'const '}${variable} = ${read}`, `if (${failure}) return false`], time]
}

function atMostOneCheck(rule: AtMostOne | undefined, value: string, module: ModuleWriter): string[] {
  if (rule === undefined || rule.fields.length < 2) return []
  const isSet = rule.fields.map((name) => `(${property(value, name, module)} != null)`)
  return [`if (${isSet.join(' + ')} > 1) return false`]
}

/** The property names of values that are not plain objects. */
const INHERITED: ReadonlySet<string> = new Set(
  [Object, Array, String, Number, Boolean, Function, Map, Date].flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype),
  ),
)
