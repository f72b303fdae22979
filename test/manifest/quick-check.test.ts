import { describe, expect, it } from 'vitest'
import { quickCheck } from '../../src/manifest/quick-check.js'

describe('the quick check of a file', () => {
  const REQUEST = { model: 'CreateModelEntityRequest', value: { name: 'ab' }, isValid: true }

  it.each([
    ['m.json', '{"name":"ab"}', 1],
    ['m.yaml', 'name: ab\n', 1],
    ['m.yaml', '\ufeffname: ab\n', 1],
    ['m.json', '\ufeff{"name":"ab"}', 1],
    ['m.yaml', 'name: ab\n---\nname: ab\n', 2],
  ])('tells of %s with %j that nothing is to be reported', (file, text, documents) => {
    const entities = Array.from({ length: documents }, () => REQUEST)
    expect(quickCheck(text, file, {})).toStrictEqual({ documents, skippedDocuments: 0, entities })
  })

  it('counts the documents that are no models only if they are to be skipped', () => {
    const text = 'apiVersion: v1\nkind: Pod\n---\nname: ab\n'
    expect(quickCheck(text, 'm.yaml', { skipsOthers: true })).toStrictEqual({
      documents: 1,
      skippedDocuments: 1,
      entities: [REQUEST],
    })
    expect(quickCheck(text, 'm.yaml', {})).toBeUndefined()
    expect(quickCheck('name: ab\n', 'm.yaml', { skipsOthers: false })?.documents).toBe(1)
  })

  it.each([
    ['JSON with an error', 'm.json', '{"name":"a b"}'],
    ['YAML in a file of JSON', 'm.json', 'name: ab\n'],
    ['JSON Lines', 'm.jsonl', '{"name":"ab"}\n'],
  ])('leaves %s to the whole check', (_, file, text) => {
    expect(quickCheck(text, file, {})).toBeUndefined()
  })
})
