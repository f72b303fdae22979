/** What is being written at a cursor, in texts that nobody has thought of. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { complete } from '../../src/language-server/completion/complete.js'
import { documentAround, documentsOf } from '../../src/language-server/cursor/document-around.js'
import { looseTree } from '../../src/language-server/cursor/loose-tree.js'
import { placeAt } from '../../src/language-server/cursor/place-at.js'
import { wordAt, writingsAt } from '../../src/language-server/cursor/writing-at.js'
import { documentSymbols, EditedDocument } from '../../src/language-server/index.js'

const piece = fc.constantFrom(
  ...[
    'name',
    ': ',
    ':',
    '\n',
    '  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '#',
    ' ',
    '|\n',
    '&a ',
    '*a',
    '---\n',
    '...\n',
  ],
  ...[
    'spec',
    'family',
    'adapters',
    'id',
    'created_at',
    '\t',
    '\r\n',
    '\r',
    '🦙',
    '\ufeff',
    '? ',
    '!!str ',
    '<<',
    '\u2028',
    '%',
  ],
)
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
const format = fc.constantFrom('yaml', 'json', 'jsonl')

describe('the place at the cursor', () => {
  it('is found in any text without failing, and what is replaced is around it', () => {
    fc.assert(
      fc.property(text, fc.nat(60), format, (written, at, as) => {
        const document = TextDocument.create('file:///a.yaml', 'yaml', 1, written)
        const edited = new EditedDocument(document, as)
        // No editor lets the cursor stand before a byte order mark.
        const first = written.startsWith('\ufeff') ? 1 : 0
        const position = document.positionAt(Math.max(first, Math.min(at, written.length)))
        const context = { model: undefined, workspace: 'default', records: () => [], families: [], hasSnippets: true }
        for (const { textEdit } of complete(edited, position, context)) {
          const range = textEdit !== undefined && 'range' in textEdit ? textEdit.range : undefined
          expect(range?.start.line).toBe(position.line)
          expect(range?.start.character).toBeLessThanOrEqual(position.character)
          expect(range?.end.character).toBeGreaterThanOrEqual(position.character)
        }
        documentSymbols(edited)
      }),
    )
  })

  it('is in exactly one document, and the documents make up the text', () => {
    fc.assert(
      fc.property(text, fc.nat(60), format, (written, at, as) => {
        const offset = Math.min(at, written.length)
        const documents = documentsOf(written, as)
        expect(documents.map(({ start, end }) => written.slice(start, end)).join('')).toBe(written)
        const { start, end } = documentAround(written, offset, as)
        expect(start <= offset && offset <= end).toBe(true)
      }),
    )
  })

  it('of a key or a scalar is its own span', () => {
    fc.assert(
      fc.property(text, fc.nat(60), (written, at) => {
        const offset = Math.min(at, written.length)
        const place = placeAt(looseTree(written), offset)
        if (place !== undefined) expect(place.span.start <= offset && offset <= place.span.end).toBe(true)
      }),
    )
  })

  it.each([
    ['name: a\nspec:\n  ¦', ['spec'], 'key'],
    ['name: a\nspec:\n  moe_config:\n    num¦', ['spec', 'moe_config'], 'key'],
    ['name: a\nspec:\n¦\n  family: x', [], 'key'],
    ['- name: a\n- spec:\n    ¦', [1, 'spec'], 'key'],
    ['adapters:\n  - name: a\n    lora_config: { ra¦ }', ['adapters', 0, 'lora_config'], 'key'],
    ['adapters:\n- name: a\n  ¦', ['adapters', 0], 'key'],
    ['base_model: ¦\nfileset: x', ['base_model'], 'value'],
    ['base_model: "a/¦', ['base_model'], 'value'],
    ['model_providers: [a, ¦]', ['model_providers', 1], 'value'],
    ['"spec": { "num_la¦yers": 1 }', ['spec'], 'key'],
    ["'na¦me': a", [], 'key'],
    ['api_endpoint:\n  url: x\n\n  ¦\n\nfileset: y', ['api_endpoint'], 'key'],
  ] as const)('is known while a word is written: %j', (marked, path, role) => {
    const offset = marked.indexOf('¦')
    const written = marked.replace('¦', '')
    const word = wordAt(written, offset)
    const writings = word === undefined ? [] : [...writingsAt(written, word, 'yaml')]
    expect(writings[0]).toMatchObject({ path, role })
  })
})
