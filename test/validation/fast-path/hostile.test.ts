import { expect, test } from 'vitest'
import { fastPathOf } from './fast-path-of.js'

const adapter = { name: 'a', workspace: 'w', fileset: 'w/f', finetuning_type: 'lora' }
const MEGABYTES = 10_000_000

/** Texts that make a careless expression go back and forth, each of ten megabytes. */
const TEXTS = ['a', 'a-', 'a.', 'a/', '0', ' ', 'ä', '😀', '\ud800', 'https://a', '2024-'].map((part) =>
  part.repeat(MEGABYTES / part.length),
)

test.each(['name', 'description', 'model', 'finetuning_type', 'created_at'])(
  'ten megabytes as %s are refused at once',
  (field) => {
    for (const text of TEXTS) expect(fastPathOf('Adapter').accepts({ ...adapter, [field]: text })).toBe(false)
  },
)

test('ten megabytes as a URL are refused at once', () => {
  for (const text of TEXTS) {
    expect(fastPathOf('APIEndpointData').accepts({ url: text })).toBe(false)
    expect(fastPathOf('APIEndpointData').accepts({ url: `https://host/${text}` })).toBe(false)
  }
})

test('ten megabytes as a plain text, or as many list items and fields, are taken', () => {
  const items = Array.from({ length: 20_000 }, (_, index) => `item ${index}`)
  const request = {
    name: 'm',
    fileset: 'a'.repeat(MEGABYTES),
    model_providers: items,
    custom_fields: Object.fromEntries(items.map((item) => [item, item])),
    ...Object.fromEntries(items.map((item) => [item, null])),
  }
  const fastPath = fastPathOf('CreateModelEntityRequest')
  expect(fastPath.accepts(request)).toBe(true)
  expect(fastPath.build(request)).toMatchObject({
    name: 'm',
    model_providers: items,
    custom_fields: request.custom_fields,
  })
})

test('keys of the prototype are neither fields nor pollution', () => {
  const value = JSON.parse('{"rank": 8, "__proto__": {"alpha": 16}, "constructor": {"prototype": {"alpha": 16}}}')
  expect(fastPathOf('Lora').build(value)).toStrictEqual({ alpha: null, rank: 8 })
  expect('alpha' in {}).toBe(false)
})
