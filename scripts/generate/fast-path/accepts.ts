/** Writes the check: whether the service would return a value unchanged, except for defaults and dropped fields. */
import type {
  AtMostOne,
  Bounds,
  FieldPlan,
  ModelPlan,
  Plan,
  StringPlan,
  UnionPlan,
} from '../../../src/validation/plan/plan.js'
import type { FunctionText, ModuleWriter } from './module-writer.js'
import { local, property } from './source.js'

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

function textTest(pattern: 'COMMON_DATE' | 'COMMON_TIME' | 'UUID', value: string, module: ModuleWriter): string {
  return `typeof ${value} === "string" && ${module.helper(pattern)}.test(${value})`
}

function lengths({ minItems, maxItems }: PlanOf<'list'>, value: string): string[] {
  return [
    ...(minItems === undefined ? [] : [`${value}.length >= ${minItems}`]),
    ...(maxItems === undefined ? [] : [`${value}.length <= ${maxItems}`]),
  ]
}

/** A text equal to `earlier` is a valid date-time too. Comparing is cheaper than parsing it again. */
function dateTime(value: string, module: ModuleWriter, earlier?: string): string {
  const tests = [
    ...(earlier === undefined ? [] : [`${value} === ${earlier}`]),
    `${module.helper('COMMON_DATE_TIME')}.test(${value})`,
    `${module.helper('isUtcDateTime')}(${value})`,
  ]
  return `typeof ${value} === "string" && (${tests.join(' || ')})`
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

/** A text without constraints is not checked. Any other must be well-formed. */
function textChecks(
  { kind: _, minLength, maxLength, pattern, reference, ...rest }: StringPlan,
  value: string,
  module: ModuleWriter,
): string[] {
  nothingElse(rest)
  const allowed = pattern === undefined ? undefined : ASCII_CLASS.exec(pattern)?.[1]
  const isAscii = allowed !== undefined || reference === true
  const checks: string[] = []
  if (maxLength !== undefined) {
    checks.push(
      isAscii
        ? `${value}.length <= ${maxLength}`
        : `(${value}.length <= ${maxLength} || !${module.helper('isLongerThan')}(${value}, ${maxLength}))`,
    )
  }
  if (minLength !== undefined) checks.push(`!${module.helper('isShorterThan')}(${value}, ${minLength})`)
  if (allowed !== undefined)
    checks.push(`${value} !== ""`, `!${module.constant('STRANGER', `/[^${allowed}]/`)}.test(${value})`)
  else if (pattern !== undefined) {
    checks.push(
      `${module.constant('PATTERN', `${module.helper('patternRegExp')}(${JSON.stringify(pattern)})`)}.test(${value})`,
    )
  }
  if (reference) {
    const [expression, longest] = [module.helper('MODEL_REFERENCE'), module.helper('MAX_SEGMENT')]
    checks.push(
      `${expression}.test(${value})`,
      `(${value}.length <= ${longest} || ${module.helper('hasShortSegments')}(${value}))`,
    )
  }
  if (checks.length > 0 && !isAscii) checks.push(`${value}.isWellFormed()`)
  return checks
}

/**
 * For a pattern of one or more characters of a class with ASCII, `\w` and `\d` (ASCII without the flag `u`): a text passes if it
 * has no other characters. This is faster. Everything else that the service accepts is left to the slow path.
 */
const ASCII_CLASS = /^\^\[((?:[A-Za-z0-9_./@+]|[A-Za-z0-9]-[A-Za-z0-9]|\\[wd.\-/])+-?)\]\+\$$/

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

/**
 * The members of a union that the JSON type of a value selects: no earlier member accepts a value of that type. Which of two objects or
 * lists is the better match, only the slow path tells.
 */
export function decidable({ members }: UnionPlan): Plan[] {
  const types = members.flatMap(jsonTypes)
  const isTwice = (type: string): boolean => types.indexOf(type) !== types.lastIndexOf(type)
  const taken = new Set(['array', 'object'].filter(isTwice))
  return members.filter((member) => {
    const own = jsonTypes(member)
    const isFirst = own.every((type) => !taken.has(type))
    for (const type of own) taken.add(type)
    return isFirst
  })
}

/** The JSON types that a plan accepts without coercion. */
function jsonTypes(plan: Plan): readonly string[] {
  switch (plan.kind) {
    case 'any':
      return ['string', 'number', 'boolean', 'null', 'array', 'object']
    case 'boolean':
      return ['boolean']
    case 'integer':
    case 'number':
      return ['number']
    case 'date':
    case 'datetime':
    case 'enum':
    case 'string':
    case 'time':
    case 'url':
    case 'uuid':
      return ['string']
    case 'literal':
      return plan.values.map((value) => typeof value)
    case 'list':
    case 'tuple':
      return ['array']
    case 'model':
    case 'record':
      return ['object']
    case 'nullable':
      return ['null', ...jsonTypes(plan.inner)]
    case 'union':
      return plan.members.flatMap(jsonTypes)
  }
}

function either(conditions: readonly string[]): string {
  if (conditions.includes('true')) return 'true'
  const [only = 'false', ...more] = conditions
  return more.length === 0 ? only : `(${conditions.map((one) => (one.includes('&&') ? `(${one})` : one)).join(' || ')})`
}

/** The negation of a condition, as short as possible. */
function not(condition: string): string {
  if (/^typeof [\w.]+ === "\w+"$/.test(condition)) return condition.replace('===', '!==')
  return /^[\w.]+\([^()]*\)$/.test(condition) ? `!${condition}` : `!(${condition})`
}

/** Fails to compile if a plan gets a new rule, which the generator would ignore. */
function nothingElse(_: Record<string, never>): void {}
