import * as fc from 'fast-check'

const RECORD = { noNullPrototype: true } as const

/** Definitions of any shape that `compilePlan` takes, as plain JSON Schema. */
export const definitions: fc.Arbitrary<object> = fc.letrec<{ schema: object; nested: object }>((tie) => ({
  schema: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalar(), tie('nested')),
  nested: fc.oneof(
    clean({
      type: fc.constant('array'),
      items: tie('schema'),
      minItems: fc.constantFrom(undefined, 0, 1),
      maxItems: fc.constantFrom(undefined, 1, 2),
    }),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((prefixItems) => {
      const [minItems, maxItems] = [prefixItems.length, prefixItems.length]
      return { type: 'array', prefixItems, minItems, maxItems }
    }),
    fc.tuple(model(tie('schema'), 'a'), model(tie('schema'), 'b')).map((allOf) => ({ allOf })),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }, RECORD),
    fc.record({ type: fc.constant('object'), patternProperties: fc.record({ '^.*$': tie('schema') }, RECORD) }, RECORD),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }, RECORD),
    fc.record({ anyOf: fc.tuple(tie('schema'), fc.constant({ type: 'null' })) }, RECORD),
    model(tie('schema')),
    model(tie('schema')).map((schema) => ({ ...schema, additionalProperties: false })),
  ),
})).schema

function scalar(): fc.Arbitrary<object> {
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 })
  return fc.oneof(
    fc.constantFrom({}, { type: 'boolean' }, { type: 'string' }, { type: 'string', format: 'date-time' }),
    fc.constantFrom({ const: 'a' }, { const: true }, { const: 7 }, { anyOf: [{ const: 'a' }, { const: 7 }] }),
    fc.constantFrom('uuid', 'date', 'time').map((format) => ({ type: 'string', format })),
    fc.constantFrom({ type: 'string', format: 'uri' }, { type: 'string', format: 'model-reference', maxLength: 127 }),
    fc.record({ enum: fc.uniqueArray(fc.constantFrom('lora', 'a', '', '"', '\u2028', '`'), { minLength: 1 }) }, RECORD),
    clean({
      type: fc.constant('string'),
      minLength: optional(fc.nat(3)),
      maxLength: optional(fc.nat(300)),
      pattern: optional(
        fc.constantFrom('^[A-Za-z0-9_.-]+$', '^[\\w\\-.]+$', '^[\\w.-/]+$', '^a', '[^a-z]', '^\\W$', "'`/"),
      ),
    }),
    clean({
      type: fc.constantFrom('integer', 'number'),
      minimum: optional(fc.integer({ min: -2, max: 2 })),
      exclusiveMinimum: optional(fc.integer({ min: -2, max: 2 })),
      maximum: optional(fc.double({ noNaN: true })),
      exclusiveMaximum: optional(fc.integer({ min: 2, max: 9 })),
    }),
  )
}

/** A model whose fields have odd names, some with a default, some that stay absent, some inherited by every object. */
function model(schema: fc.Arbitrary<object>, prefix = ''): fc.Arbitrary<object> {
  const name = fc.constantFrom(
    ...['a', 'name', 'rank', 'b-c', '1', '', '__proto__', 'constructor', 'toString', 'class', 'data', 'item', 'await'],
    ...['copyList', 'isRecord', 'length', 'undefined', 'answer', '"', "'", '\u2028', 'é', 'string', 'test', 'has'],
  )
  const field = fc.record({ name, schema, required: fc.boolean(), fallback: fc.option(fc.jsonValue({ maxDepth: 1 })) })
  return fc
    .record({
      fields: fc.uniqueArray(field, { selector: (one) => one.name, maxLength: 5 }),
      keeps: fc.boolean(),
      isLimited: prefix === '' ? fc.boolean() : fc.constant(false),
    })
    .map(({ fields: named, ...rest }) => ({
      ...rest,
      fields: named.map((one) => ({ ...one, name: prefix + one.name })),
    }))
    .map(({ fields, keeps, isLimited }) => ({
      type: 'object',
      title: 'Own',
      properties: Object.fromEntries(
        fields.map(({ name: key, schema: of, fallback }) => [
          key,
          fallback === null ? of : { ...of, default: fallback },
        ]),
      ),
      required: fields.filter(({ required }) => required).map(({ name: key }) => key),
      ...(keeps && { additionalProperties: true }),
      ...(isLimited && { atMostOne: { fields: fields.map(({ name: key }) => key), error: 'one at most' } }),
    }))
}

function clean(model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  return fc
    .record(model, RECORD)
    .map((schema) => Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined)))
}
