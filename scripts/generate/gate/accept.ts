/** The gate's functions, one for each definition: Ajv's standalone output, stripped to the verdict. */
import { _, Ajv, type Code, type CodeKeywordDefinition, type KeywordCxt, Name } from 'ajv'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { DEFINITIONS } from './definition.js'
import { type Check, gateSchema } from './schema.js'

/** Ajv's own output for the gate: what is stripped, and what the tests compare the stripped with. */
export function ajvModule(): string {
  const ajv = new Ajv({ code: { source: true, esm: true }, inlineRefs: false, messages: false, strict: false })
  ajv.addKeyword(ACCEPT).addKeyword(OR_NULL)
  for (const [name, definition] of DEFINITIONS) ajv.addSchema({ $id: name, ...gateSchema(name, definition) })
  return standaloneCode.default(ajv, Object.fromEntries(DEFINITIONS.map(([name]) => [name, name])))
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

function condition(check: Check, data: Name): Code {
  switch (check.is) {
    case 'member':
      return _`${enumeration(check.of)}.has(${data})`
    case 'text':
      return check.max === undefined
        ? _`${new Name(check.by)}(${data})`
        : _`${new Name(check.by)}(${data}, ${check.max})`
    case 'stringOrInteger':
      return _`typeof ${data} == "string" || Number.isSafeInteger(${data})`
    case 'integer':
      return within(_`Number.isSafeInteger(${data})`, check, data)
    case 'number':
      return within(_`typeof ${data} == "number"`, check, data)
    default:
      return _`typeof ${data} == ${check.is}`
  }
}

/** Finite, and in the bounds: `NaN` is in none. */
function within(kind: Code, { minimum, maximum }: { minimum?: number; maximum?: number }, data: Name): Code {
  const lower = minimum === undefined ? kind : _`${kind} && ${data} >= ${minimum}`
  return maximum === undefined ? lower : _`${lower} && ${data} <= ${maximum}`
}

function enumeration(name: string): Name {
  return new Name(`${name}Members`)
}
