import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type CheckManifestOptions, checkManifest } from '../../src/manifest/index.js'
import { readManifest } from '../../src/manifest/read-manifest.js'
import type { Excerpt } from '../../src/manifest/redaction/excerpt.js'

const ENTITY = 'id: e\nname: ab\nworkspace: team\ncreated_at: 2026-01-01T00:00:00Z\n'
const LONG = 'x'.repeat(150)

/** Manifests with something wrong, each for one message, help or place. */
const MANIFESTS: Readonly<Record<string, readonly [text: string | Uint8Array, options?: CheckManifestOptions]>> = {
  // What was found instead.
  'a null': ['name: ~\n'],
  'an empty text': ['name: ""\n'],
  'a text for an integer': ['name: ab\nspec:\n  num_layers: forty\n'],
  'a number for a text': ['name: 0x1F\n'],
  'a large number for a text': ['name: 12345678901234567890\n'],
  'a boolean for a text': ['name: true\n'],
  'a list of one for a text': ['name: [1]\n'],
  'a list of two for a text': ['name: [1, 2]\n'],
  'a list of none for a text': ['name: []\n'],
  'a mapping of one for a text': ['name: {a: 1}\n'],
  'a mapping of two for a text': ['name: {a: 1, b: 2}\n'],
  'a text, cut': [`name: ab\nspec: ${LONG}\n`],
  'a text with controls': ['name: ab\nspec: "a\\u202eb\\u001b"\n'],
  'a misspelled choice': [`${ENTITY}updated_at: 2026-01-01\nfinetuning_type: lorra\n`],
  'no choice at all': [`${ENTITY}updated_at: 2026-01-01\nfinetuning_type: zzzzzzzz\n`],
  'a choice of another field': [`${ENTITY}updated_at: 2026-01-01\nbackend_format: lora\n`],
  'a misspelled required field': ['nmae: ab\n'],
  'a required field beside known ones': ['description: ab\n'],
  'a required field of a list item': ['name: ab\nspec:\n  linear_layers:\n  - name: a\n    in_features: 1\n'],
  'a required field of an empty value': ['name: ab\nprompt:\n  inference_params:\nspec: {}\n'],
  'the value of a secret': ['name: ab\napi_endpoint: {url: "http://h/", api_key: [1]}\n'],
  'a value where a mapping belongs': ['just text\n'],
  'a list of entities': ['- name: ab\n- nam: ab\n- 5\n- id: x\n  created_at: 5\n'],
  'an entity': ['id: e\nupdated_at: x\n'],
  'a request with an id': ['id: e\nname: 5\n'],
  'a named model': ['rank: x\n', { model: 'Lora' }],
  'a list for a named model': ['- rank: 1\n', { model: 'Lora' }],
  'a coerced number with its spelling': ['name: ab\ntrust_remote_code: 0x1\n'],
  // Files that cannot be read.
  'no UTF-8': [new Uint8Array([110, 97, 58, 10, 32, 0xff, 0x41])],
  'a control character': ['name: a\u0001b\n'],
  'a control character in a later document': ['name: ab\n---\nname: \u0000\n'],
  'an unclosed list': ['name: [a\n'],
  'a bad indentation': ['name: ab\n  spec: 5\n'],
  'a tab': ['name: ab\nspec:\n\tnum_layers: 5\n'],
  'a tag of its own': ['name: !mine ab\n'],
  'a core tag that does not fit': ['name: !!int eight\n'],
  'a core tag on a collection': ['name: !!int [a]\n'],
  'a float tag on an integer': ['name: ab\nprompt: {inference_params: {temperature: !!float 1, top_p: !!float x}}\n'],
  'a bool tag that does not fit': ['name: !!bool maybe\n'],
  'a null tag that does not fit': ['name: !!null 5\n'],
  'a merge tag on a value': ['name: !!merge "<<"\n'],
  'a merge of a text': ['name: ab\n<<: text\n'],
  'a merge of a list of texts': ['name: ab\n<<: [{a: 1}, text]\n'],
  'two merge keys': ['a: &a {name: ab}\n<<: *a\n<<: *a\n'],
  'a merge': ['a: &a {name: 5, nam: 1}\nspec: {<<: *a}\n<<: *a\nproject: 5\n'],
  'an unresolved alias': ['name: *a\n'],
  'an alias inside its value': ['name: &a [*a]\n'],
  'an alias bomb': [`a: &a [${'1,'.repeat(1000)}]\nb: &b [${'*a,'.repeat(1000)}]\nname: *b\n`],
  'a collection as a key': ['? [a]\n: 1\nname: ab\n'],
  'a quoted key': ['"name": 5\n? description\n: 5\n'],
  'an empty item': ['- name: ab\n-\n- [,]\n'],
  'a duplicate key': ['name: ab\nname: ac\nspec: {a: 1, a: 2}\n'],
  'three of a key': ['name: ab\nname: ac\nname: ad\n'],
  'a duplicate directive': ['%YAML 1.2\n%YAML 1.2\n---\nname: ab\n'],
  'a duplicate tag handle': [
    '%TAG !a! tag:a,2000:\n%TAG !b! tag:b,2000:\n%TAG !a! tag:a,2000:\n---\nname: ab\n---\nname: 5\n',
  ],
  'a directive in a later document': ['name: ab\n...\n%YAML 1.2\n%YAML 1.2\n---\nname: ab\n'],
  'a nesting that is too deep in YAML': [`name: ${'['.repeat(600)}${']'.repeat(600)}\n`],
  'a nesting through aliases that is too deep': [
    `a: &a ${'['.repeat(400)}${']'.repeat(400)}\nb: &b ${'['.repeat(400)}*a${']'.repeat(400)}\nname: [${'['.repeat(300)}*b${']'.repeat(300)}]\n`,
  ],
  'an integer of too many digits': [`name: ${'9'.repeat(4301)}\n`],
  'an empty file': ['# nothing\n'],
  'empty documents between others': ['---\n---\nname: 5\n---\n# x\n---\n[]\n'],
  'a written null': ['null\n'],
  'broken JSON': ['{"name": "ab",}', { file: 'm.json' }],
  'a number that JSON does not have': ['{"name": NaN}', { file: 'm.json' }],
  'an unclosed text in JSON': ['{"name": "ab', { file: 'm.JSON' }],
  'text behind JSON': ['{"name": "ab"} x', { format: 'json' }],
  'a duplicate key in JSON': ['{"name": "ab", "name": "ac"}', { file: 'm.json' }],
  'a nesting that is too deep in JSON': [`{"name": ${'['.repeat(1001)}${']'.repeat(1001)}}`, { file: 'm.json' }],
  'an integer of too many digits in JSON': [`{"name": ${'9'.repeat(4301)}}`, { file: 'm.json' }],
  'an empty JSON file': [' \n', { file: 'm.json' }],
  'JSON Lines': ['{"name": 5}\n\n{"name": }\r\n{"name": "ab", "x": 1}', { file: 'm.ndjson' }],
  'JSON with a BOM': ['\ufeff{"name": 5}', { file: 'm.json' }],
  'YAML with a BOM': ['\ufeffname: 5\n'],
  // Comments that silence rules.
  'a silenced line': ['name: ab\ntrust_remote_code: true # model-entity-disable-line trust-remote-code -- reviewed\n'],
  'a silenced next line': [
    'name: ab\n# model-entity-disable-next-line trust-remote-code -- reviewed\n# more\n\ntrust_remote_code: true\nx: 1\n',
  ],
  'a silenced region': [
    '# model-entity-disable unknown-field -- legacy\nname: ab\na: 1\n# model-entity-enable unknown-field\nb: 1\n---\nname: ab\nc: 1\n',
  ],
  'a region to the end of the document': [
    'name: ab\na: 1\n## model-entity-disable unknown-field -- legacy\nb: 1\n---\nname: ab\nc: 1\n...\n# model-entity-disable unknown-field -- x\n---\nd: 1\nname: ab\n',
  ],
  'regions that end together': [
    'name: ab\n# model-entity-disable unknown-field, trust-remote-code -- x\na: 1\ntrust_remote_code: true\n# model-entity-enable\nb: 1\n# model-entity-enable\n# model-entity-enable trust-remote-code\n',
  ],
  'a region within a region': [
    'name: ab\n# model-entity-disable unknown-field -- outer\na: 1\n# model-entity-disable unknown-field -- inner\nb: 1\n# model-entity-enable unknown-field\nc: 1\n',
  ],
  'a comment without a reason': [
    'name: ab\na: 1 # model-entity-disable-line unknown-field\nb: 1 # model-entity-disable-line unknown-field --\n',
  ],
  'a comment without a rule': ['name: ab # model-entity-disable-line\n# model-entity-disable -- because\n'],
  'a comment that is not needed': ['name: ab # model-entity-disable-line trust-remote-code, unknown-field -- x\n'],
  'a comment of unknown rules': [
    'name: ab # model-entity-disable-line trust-remote-cod missing zzzzzzzz unused-suppression -- x\n',
  ],
  'a misspelled comment': [
    'name: ab # model-entity-disable-lin unknown-field -- x\n# model-entity-is great\n# model-entity-\n',
  ],
  'a comment where the service refuses': [
    'name: 5 # model-entity-disable-line trust-remote-code -- x\na: 1 # model-entity-disable-line unknown-field -- y\n---\nname: ab # model-entity-disable-line trust-remote-code -- z\n',
  ],
  'a comment in a text': [
    'name: ab\ndescription: "# model-entity-disable-line unknown-field"\na: "#model-entity-disable-line unknown-field -- x"\n',
  ],
  'an error is not silenced': ['name: 5 # model-entity-disable-line string_type -- x\n'],
  'comments of a file with duplicate keys': ['name: ab # model-entity-disable-line unknown-field -- x\nname: ac\n'],
  // More values.
  'values of JSON': ['{"name": null, "description": false, "project": {"a": 1}, "spec": [1, "x"]}', { file: 'm.json' }],
  'a computed number': ['name: ab\nspec: {num_layers: 1.5, hidden_size: .inf, vocab_size: 12345678901234567890}\n'],
  'a long key twice': [`name: ab\n${'k'.repeat(61)}: 1\n${'k'.repeat(61)}: 1\n`],
  'a string tag that does not fit': [
    'name: !!str [a]\n---\nname: !!seq {a: 1}\n---\nname: !!map x\n---\nname: !!int\n',
  ],
  'another tag in a message': ['name: "Unresolved tag: tag:yaml.org,2002:int"\nx: !y z\n'],
  'U+FFFD before a wrong byte': [new Uint8Array([110, 58, 32, 0xef, 0xbf, 0xbd, 0xc3, 0xa9, 0xef, 0xbf, 0x41, 10])],
  'U+FFFD alone': [new TextEncoder().encode('name: "\ufffd"\n')],
  'an old Windows text': [new Uint8Array([110, 97, 109, 101, 58, 32, 0xe9, 10])],
  'a BOM in bytes': [new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('name: 5\n')])],
  'secrets that are cut': [
    `name: ab\napi_endpoint: {url: x, api_key: ${'s3cret'.repeat(20)}}\nspec: ${'s3cret'.repeat(20)}\n`,
  ],
  'a secret of several lines': [
    'name: ab\napi_endpoint: {url: x, api_key: "first-line\\nsecond-line"}\nspec: second-line\nproject: [first-line]\n',
  ],
  'user info of a URL': [
    'name: ab\nfileset: "http://user:p4ssw0rd@h/ x"\nspec: p4ssw0rd\napi_endpoint: {url: "http://u\\x73er:p@h"}\n',
  ],
  'a broken file with secrets': ['name: ab\napi_endpoint: {url: x, api_key: [s3cr3t, "t0ken"]}\nspec: *s3cr3t\n'],
  // Places and frames.
  'CRLF and lone CR': ['name: ab\r\nspec:\r\n  num_layers: x\r\n# a\rb\r\nzz: 1\r\n'],
  'a block scalar': ['name: |\n  a\n  b\n\nspec: >-\n  x\n  y\n'],
  'a long line before': [`name: ab # ${LONG}\nspec: {description: ${LONG}, num_layers: x}\n`],
  'a long value': [`name: ab\nspec: ["${LONG}", "${LONG}"]\n`],
  'a long line of astral characters': [`name: ab\nspec: {a: "${'😀'.repeat(90)}", num_layers: x}\n`],
  'a long key': [`name: ab\n${'k'.repeat(250)}: 1\n`],
  'a deep place': [
    `name: ab\nspec: {linear_layers: [{name: a, in_features: 1, out_features: ${'['.repeat(3)}${']'.repeat(3)}}]}\n`,
  ],
  'more than are listed': ['a: 1\nb: 1\nname: 5\nc: 1\nproject: 5\ntrust_remote_code: 0\n', { maxDiagnostics: 3 }],
  'none listed': ['a: 1\nname: 5\n', { maxDiagnostics: 0 }],
  'a shared part in two entities': [
    '- &a {name: 5, nam: 1}\n- *a\n- {name: ab, spec: &s {num_layers: x}}\n- {name: ac, spec: *s}\n',
  ],
  'an entity with a shared value': [`a: &a x\nname: ab\nspec: {num_layers: *a, hidden_size: *a}\n`],
}

/** What is said of each, as it is recorded. Read it when it changes. */
const SAID: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(new URL('../fixtures/manifest-diagnostics.json', import.meta.url), 'utf8'),
)

function said(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(MANIFESTS).map(([name, [text, options]]) => {
      const { diagnostics, excerpts, counts, ...more } = checkManifest(text, options)
      const lines = diagnostics.map(
        ({ document, line, column, endLine, endColumn, severity, code, loc, message, help, related }, index) => ({
          at: `${document} ${line}:${column}-${endLine}:${endColumn} ${severity} ${code} ${loc.join('.')}`,
          message,
          help,
          frame: frameOf(excerpts[index]),
          ...(related && {
            related: related.map(
              (each) => `${each.line}:${each.column}-${each.endLine}:${each.endColumn} ${each.message}`,
            ),
            relatedFrames: excerpts[index]?.related?.map(frameOf),
          }),
        }),
      )
      return [name, JSON.parse(JSON.stringify({ lines, counts, ...more }))]
    }),
  )
}

/** The line with the marked part in brackets, and the lines around it. */
function frameOf(excerpt: Excerpt | undefined): readonly (string | undefined)[] {
  const { before, token, after, isCutBefore, isCutAfter, lineBefore, lineAfter } = excerpt ?? {}
  return [lineBefore, `${isCutBefore ? '…' : ''}${before}⟦${token}⟧${after}${isCutAfter ? '…' : ''}`, lineAfter].map(
    (line) => line ?? '',
  )
}

it('checkManifest says what is recorded', () => {
  expect(said()).toStrictEqual(SAID)
})

it.each([
  ['name: ab\n', { ok: true, value: { name: 'ab' } }],
  ['# x\n---\n---\nname: ab\n', { ok: true, value: { name: 'ab' } }],
  ['', { ok: true, value: undefined }],
  ['a: 1\n---\nb: 1\n', { ok: false, why: 'it contains several documents' }],
  ['a: 1\n---\nb: *x\n', { ok: false, why: 'Unresolved alias *x, in line 3' }],
])('readManifest reads one document: %j', (text, expected) => {
  expect(readManifest(new TextEncoder().encode(text), 'm.yaml')).toStrictEqual(expected)
})

it('readManifest refuses what is not UTF-8', () => {
  expect(readManifest(new Uint8Array([0xff]), 'm.yaml')).toStrictEqual({ ok: false, why: 'it is not UTF-8' })
})
