import { expect, it } from 'vitest'
import { checkSource } from '../../src/manifest/check-source.js'
import { documentsIn } from '../../src/manifest/documents.js'
import { mayBeModel } from '../../src/manifest/model-likeness.js'

/** Whether a document that a search has found is checked, or skipped because it is no model. */
function isChecked(text: string | Uint8Array, file = 'm.yaml'): boolean {
  return checkSource(text, { file, skipsOthers: true }).check.skippedDocuments === 0
}

const CASES: readonly (readonly [what: string, text: string, isModel: boolean])[] = [
  ['a model', 'name: ab\n', true],
  ['a mapping with one telling field', 'anything: 1\nspec: 5\n', true],
  ['a mapping with foreign keys only', 'version: 3\nname: x\n', false],
  ['a mapping with a foreign key', 'id: 1\nfoo: 2\n', false],
  ['an object of Kubernetes', 'apiVersion: v1\nkind: Pod\nspec: {}\n', false],
  ['a kind without a version', 'kind: Pod\nspec: {}\n', true],
  ['a version without a kind', 'apiVersion: v1\nspec: {}\n', true],
  ['an empty mapping', '{}\n', true],
  ['nothing', '# nothing\n', true],
  ['a text', 'just text\n', false],
  ['a null', 'null\n', false],
  ['a list of none', '[]\n', true],
  ['a list of models', '- name: ab\n- foo: 1\n', true],
  ['a list of other things', '- foo: 1\n', false],
  ['a list of models and texts', '- name: ab\n- text\n', false],
  ['a broken model', 'name: [\n', true],
  ['a broken file of other things', 'foo: [\n', false],
  ['a broken object of Kubernetes', 'apiVersion: v1\nkind : Pod\nspec: [\n', false],
  ['a broken object with a blank behind its version', 'apiVersion : v1\nkind: Pod\nspec: [\n', false],
  ['a broken file with another kind', 'apiVersion: v1\nmykind: Pod\nspec: [\n', true],
  ['a broken file with another version', 'myapiVersion: v1\nkind: Pod\nspec: [\n', true],
  ['a broken file with a kind', 'kind: Pod\nspec: [\n', true],
  ['a broken file with a model further below', 'foo: 1\nfileset : [\n', true],
  ['a broken file with a field further in', 'foo:\n  name: [\n', false],
  ['a broken file with a BOM', '\ufeffname: [\n', true],
  ['broken JSON of a model', '{"spec" : [}', true],
  ['broken JSON of another thing', '{"foo": [}', false],
  ['broken JSON with a value like a field', '["spec", }', false],
]

it.each(CASES)('%s: %j is checked: %s', (_, text, expected) => {
  expect(isChecked(text)).toBe(expected)
})

it.each(CASES)('%s: %j is judged alike by the values alone and by the tree with their places', (_, text, expected) => {
  for (const document of documentsIn(text, { file: 'm.yaml' })) {
    expect(mayBeModel(document.kind === 'value' ? { kind: 'value', root: document.root } : document, text)).toBe(
      expected,
    )
  }
})

it('a file that is not UTF-8 is checked if it names the fields of a model', () => {
  const bytes = (text: string) => new Uint8Array([...new TextEncoder().encode(text), 0xff])
  expect(isChecked(bytes('name: ab\n'))).toBe(true)
  expect(isChecked(bytes('foo: ab\n'))).toBe(false)
})

it('counts the documents that it skips, and keeps the numbers of the others', () => {
  const { check } = checkSource('foo: 1\n---\nname: 5\n---\n# x\n---\nbar: 1\n', { skipsOthers: true })
  expect(check).toMatchObject({ documents: 2, emptyDocuments: 1, skippedDocuments: 2 })
  expect(check.diagnostics.map(({ document, code }) => [document, code])).toStrictEqual([[1, 'string_type']])
})

it('skips nothing in a file that is named', () => {
  expect(checkSource('foo: 1\n', {}).check).toMatchObject({ documents: 1, skippedDocuments: 0 })
})
