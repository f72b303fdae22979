/** The gate's functions, one for each definition: Ajv's standalone output, stripped to the verdict. */
import { _, Ajv, type Code, type CodeKeywordDefinition, type KeywordCxt, Name } from 'ajv'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { MAX_SEGMENT, MAX_URL } from '../../../src/validation/fast-path/text-checks.js'
import { DEFINITIONS, RELAXED, relaxedName } from './definition.js'
import { type Check, gateSchema, type TextKind } from './schema.js'

/** Ajv's own output for the gate: what is stripped, and what the tests compare the stripped with. */
export function ajvModule(): string {
  const ajv = new Ajv({ code: { source: true, esm: true }, inlineRefs: false, messages: false, strict: false })
  ajv.addKeyword(ACCEPT).addKeyword(OR_NULL).addKeyword(AT_MOST_ONE)
  for (const [name, definition] of DEFINITIONS) ajv.addSchema({ $id: name, ...gateSchema(name, definition) })
  for (const [name, definition] of RELAXED)
    ajv.addSchema({ $id: relaxedName(name), ...gateSchema(name, definition, true) })
  const names = [...RELAXED.map(([name]) => relaxedName(name)), ...DEFINITIONS.map(([name]) => name)]
  return standaloneCode.default(ajv, Object.fromEntries(names.map((name) => [name, name])))
}

const ACCEPT: CodeKeywordDefinition = {
  keyword: 'accept',
  code: (context: KeywordCxt) => context.pass(condition(context.schema, context.data)),
}

const OR_NULL: CodeKeywordDefinition = {
  keyword: 'orNull',
  code(context: KeywordCxt) {
    const valid = context.gen.let('valid', true)
    context.gen.if(_`${context.data} !== null`, () => context.subschema({ keyword: 'orNull' }, valid))
    context.ok(valid)
  },
}

/** Of two fields, as all rules of this kind have today, one is neither absent nor null. */
const AT_MOST_ONE: CodeKeywordDefinition = {
  keyword: 'atMostOne',
  type: 'object',
  code(context: KeywordCxt) {
    const [one, other, ...more] = context.schema.map((field: string) => _`${context.data}.${new Name(field)}`)
    if (more.length > 0) throw new TypeError('the gate has no check for more than two fields of which one may be set')
    context.pass(_`${one} == null || ${other} == null`)
  },
}

function condition(check: Check, data: Name): Code {
  switch (check.is) {
    case 'member':
      return _`${enumeration(check.of)}.has(${data})`
    case 'text':
      return _`typeof ${data} == "string" && ${TEXTS[check.of](data, check.max ?? 0)}`
    case 'stringOrInteger':
      return _`typeof ${data} == "string" || Number.isSafeInteger(${data})`
    case 'integer':
      return within(_`Number.isSafeInteger(${data})`, check, data)
    case 'number':
      return _`${within(_`typeof ${data} == "number"`, check, data)} && !Object.is(${data}, -0)`
    default:
      return _`typeof ${data} == ${check.is}`
  }
}

/** What is asked of each kind of text, in the terms of src/validation/gate-checks.ts: written out, not called, for speed. */
const TEXTS: Readonly<Record<TextKind, (data: Name, max: number) => Code>> = {
  short: (data, max) => _`(${data}.length <= ${max} || hasFewCodePoints(${data}, ${max})) && ${data}.isWellFormed()`,
  name: (data, max) => _`${data}.length <= ${max} && ${data} !== "" && !NO_NAME.test(${data})`,
  projectUrn: (data, max) => _`${data}.length <= ${max} && ${data} !== "" && !NO_PROJECT_URN.test(${data})`,
  modelReference: (data, max) =>
    _`${data}.length <= ${max} && MODEL_REFERENCE.test(${data}) && (${data}.length <= ${MAX_SEGMENT} || hasShortSegments(${data}))`,
  dateTime: (data) => _`(COMMON_DATE_TIME.test(${data}) || isUtcDateTime(${data}))`,
  url: (data) => _`${data}.length <= ${MAX_URL} && NORMAL_URL.test(${data})`,
}

/** In the bounds: `NaN` is in none. */
function within(kind: Code, { minimum, maximum }: { minimum?: number; maximum?: number }, data: Name): Code {
  const lower = minimum === undefined ? kind : _`${kind} && ${data} >= ${minimum}`
  return maximum === undefined ? lower : _`${lower} && ${data} <= ${maximum}`
}

function enumeration(name: string): Name {
  return new Name(`${name}Members`)
}
