import { describe, expect, it } from 'vitest'
import { type CheckManifestOptions, checkManifest } from '../../src/manifest/index.js'

/** Diagnostics as `line:column-endLine:endColumn code loc`, or without the end where it is left out. */
function found(text: string | Uint8Array, options?: CheckManifestOptions): string[] {
  return checkManifest(text, options).diagnostics.map(({ line, column, endLine, endColumn, code, loc }) =>
    `${line}:${column}-${endLine}:${endColumn} ${code} ${loc.join('.')}`.trim(),
  )
}

const SPEC_FIELDS = `checkpoint_model_name: m
  family: f
  num_layers: 2
  hidden_size: 64
  num_attention_heads: 4
  num_kv_heads: 4
  ffn_hidden_size: 256
  vocab_size: 1000
  tied_embeddings: true
  gated_mlp: false
  base_num_parameters: 162304
  precision: bfloat16`

interface Case {
  readonly what: string
  readonly text: string
  readonly expected: readonly string[]
  readonly options?: CheckManifestOptions
}

const JSON_FILE = { file: 'm.json' }
const JSON_LINES = { file: 'm.jsonl' }

const VALUES: Case[] = [
  { what: 'a plain scalar', text: 'name: a b\n', expected: ['1:7-1:10 string_pattern_mismatch name'] },
  {
    what: 'a quoted scalar, quotes and all',
    text: 'name: "a b"\n',
    expected: ['1:7-1:12 string_pattern_mismatch name'],
  },
  {
    what: 'a value behind its tag and anchor',
    text: 'name: &n !!str a b\n',
    expected: ['1:16-1:19 string_pattern_mismatch name'],
  },
  {
    what: 'a block scalar by its indicator',
    text: 'name: |-\n  a b\nproject: p\n',
    expected: ['1:7-2:6 string_pattern_mismatch name'],
  },
  {
    what: 'a folded block scalar by its indicator',
    text: 'name: >-\n  a b\n',
    expected: ['1:7-2:6 string_pattern_mismatch name'],
  },
  {
    what: 'a value that is not written by its key',
    text: 'name:\nproject: p\n',
    expected: ['1:1-1:5 string_type name'],
  },
  { what: 'a value that is only an anchor by its key', text: 'name: &n\n', expected: ['1:1-1:5 string_type name'] },
  {
    what: 'a value given by an alias by the alias',
    text: 'project: &p a b\nname: *p\n',
    expected: ['1:13-1:16 string_pattern_mismatch project', '2:7-2:9 string_pattern_mismatch name'],
  },
  {
    what: 'a value inside of what an alias brings in where it is written',
    text: 'custom_fields:\n  shared: &s\n    temperature: 3\nname: ab\nprompt:\n  inference_params: *s\n',
    expected: ['3:18-3:19 less_than_equal prompt.inference_params.temperature'],
  },
  {
    what: 'a value inside of what a merge key brings in where it is written',
    text: 'custom_fields:\n  shared: &s { top_p: 2 }\nname: ab\nprompt:\n  inference_params:\n    <<: *s\n',
    expected: ['2:23-2:24 less_than_equal prompt.inference_params.top_p'],
  },
  { what: 'a flow collection by its bracket', text: 'name: [a]\n', expected: ['1:7-1:10 string_type name'] },
  { what: 'a block collection by its first key', text: 'name:\n  a: 1\n', expected: ['2:3-2:7 string_type name'] },
  {
    what: 'an item of a sequence',
    text: 'name: ab\nmodel_providers:\n  - a/b\n  - 5\n',
    expected: ['4:5-4:6 string_type model_providers.1'],
  },
  {
    what: 'an item that is not written by its dash',
    text: 'name: ab\nmodel_providers:\n  - a/b\n  -\n',
    expected: ['4:3-4:4 string_type model_providers.1'],
  },
  {
    what: 'an item that is only an anchor with a dash by its own dash',
    text: 'name: ab\nmodel_providers:\n  - &x-y\n  - a/b\n',
    expected: ['3:3-3:4 string_type model_providers.0'],
  },
  {
    what: 'an item that is only the shortest tag by its dash',
    text: 'name: ab\nmodel_providers:\n  - !\n  - a/b\n',
    expected: ['3:3-3:4 invalid-reference model_providers.0'],
  },
  { what: 'a negative number with a tag', text: 'name: !!float -1\n', expected: ['1:15-1:17 string_type name'] },
  {
    what: 'a top value that is only a tag in its own document',
    text: 'name: ab\n--- !!null\n',
    expected: ['2:11-2:11 model_attributes_type'],
  },
  { what: 'a value of JSON', text: '{"name": 5}', expected: ['1:10-1:11 string_type name'], options: JSON_FILE },
  { what: 'a top value that is none', text: '--- 5\n', expected: ['1:5-1:6 model_attributes_type'] },
  { what: 'a written null', text: 'null\n', expected: ['1:1-1:5 model_attributes_type'] },
  {
    what: 'columns in UTF-16 units',
    text: 'name: ab\ndescription: 😀\nproject: "😀" \n',
    expected: ['3:10-3:14 string_pattern_mismatch project'],
  },
  {
    what: 'a value behind byte order marks before a later document',
    text: 'name: ab\n\ufeff# c\n\ufeff---\nname: &a a b\n',
    expected: ['4:10-4:13 string_pattern_mismatch name'],
  },
  {
    what: 'a value behind byte order marks with other comments between them',
    text: 'name: ab\n\ufeff# c\n# d\n\n\ufeff---\nname: &a a b\n',
    expected: ['6:10-6:13 string_pattern_mismatch name'],
  },
  { what: 'a BOM, which is no column', text: '\ufeffname: a b\n', expected: ['1:7-1:10 string_pattern_mismatch name'] },
  {
    what: 'lines that end at CRLF',
    text: 'project: p\r\nname: a b\r\n',
    expected: ['2:7-2:10 string_pattern_mismatch name'],
  },
  {
    what: 'a lone carriage return and a line separator, which end no line',
    text: '{"project": "p\u2028", \r "name": "ab"}',
    expected: ['1:13-1:17 string_pattern_mismatch project'],
    options: JSON_FILE,
  },
]

const MISSING: Case[] = [
  { what: 'at the top the top value', text: '# note\nproject: p\n', expected: ['2:1-2:11 missing name'] },
  { what: 'at the top the value behind ---', text: '--- { project: p }\n', expected: ['1:5-1:19 missing name'] },
]

const SYNTAX: Case[] = [
  { what: 'an unclosed bracket', text: 'name: [a\n', expected: ['2:1-2:1 yaml_syntax'] },
  { what: 'an alias without an anchor', text: 'name: *a\n', expected: ['1:7-1:9 yaml_syntax'] },
  { what: 'a tag outside of the core schema', text: 'name: !secret a\n', expected: ['1:7-1:14 yaml_syntax'] },
  { what: 'a tag of YAML 1.1 only', text: 'name: !!timestamp 2020-01-01\n', expected: ['1:7-1:18 yaml_syntax'] },
  { what: 'a tag of a number on a text', text: 'name: !!float x1\n', expected: ['1:15-1:17 yaml_syntax'] },
  { what: 'a set', text: '!!set { name }\n', expected: ['1:1-1:6 yaml_syntax'] },
  { what: 'binary data', text: 'name: !!binary aGk=\n', expected: ['1:7-1:15 yaml_syntax'] },
  { what: 'an ordered mapping', text: '!!omap\n- name: ab\n', expected: ['1:1-1:7 yaml_syntax'] },
  { what: 'a collection as key', text: '? [a]\n: b\n', expected: ['1:3-1:6 yaml_syntax'] },
  { what: 'a merge key with a scalar', text: 'name: ab\n<<: 5\n', expected: ['2:5-2:6 yaml_syntax'] },
  { what: 'a control character', text: 'name: a\u0000b\n', expected: ['1:8-1:9 yaml_syntax'] },
  { what: 'a control character in quotes', text: 'name: "a\u001bb"\n', expected: ['1:9-1:10 yaml_syntax'] },
  { what: 'an alias inside of what it names', text: 'custom_fields: &a\n  b: *a\n', expected: ['2:6-2:8 alias_bomb'] },
  {
    what: 'every repeat of a key, and nothing else',
    text: 'name: a b\nname: c\nproject: p\nname: d\n',
    expected: ['2:1-2:5 duplicate_key', '4:1-4:5 duplicate_key'],
  },
  {
    what: 'keys that are written alike',
    text: 'name: ab\ncustom_fields:\n  1: a\n  "1": b\n  0x1: c\n',
    expected: ['4:3-4:6 duplicate_key'],
  },
  {
    what: 'a repeated key of JSON',
    text: '{"name": "ab", "name": "cd"}',
    expected: ['1:16-1:22 duplicate_key'],
    options: JSON_FILE,
  },
  {
    what: 'JSON where the decoder stops',
    text: '{"name": "ab",}',
    expected: ['1:15-1:16 json_invalid'],
    options: JSON_FILE,
  },
  { what: 'NaN in JSON', text: '{"name": NaN}', expected: ['1:10-1:11 json_invalid'], options: JSON_FILE },
  {
    what: 'the line of JSON Lines that is none',
    text: '{"name": "ab"}\n{"name": }\n',
    expected: ['2:10-2:11 json_invalid'],
    options: JSON_LINES,
  },
]

const KEYS: Case[] = [
  { what: 'an unknown field by its key', text: 'name: ab\nnam: c\n', expected: ['2:1-2:4 unknown-field nam'] },
  {
    what: 'an unknown field of JSON by its key',
    text: '{"name": "ab", "nam": 1}',
    expected: ['1:16-1:21 unknown-field nam'],
    options: JSON_FILE,
  },
  {
    what: '__proto__ as the field that it is',
    text: '{"name": "ab", "__proto__": 1}',
    expected: ['1:16-1:27 unknown-field __proto__'],
    options: JSON_FILE,
  },
]

describe('checkManifest points at', () => {
  it.each([...VALUES, ...SYNTAX, ...KEYS, ...MISSING])('$what', ({ text, expected, options }) => {
    expect(found(text, options)).toStrictEqual(expected)
  })

  it('the key of an object that lacks a field', () => {
    const text = `name: ab\nspec:\n  ${SPEC_FIELDS}\n  sliding_window_config:\n    size: 5\n`
    expect(found(text)).toStrictEqual([
      '15:3-15:24 missing spec.sliding_window_config.window_size',
      '16:5-16:9 unknown-field spec.sliding_window_config.size',
    ])
  })

  it('the object itself where it stands in a list', () => {
    const text = `name: ab\nspec:\n  ${SPEC_FIELDS}\n  linear_layers:\n    - name: q\n      in_features: 4\n`
    expect(found(text)).toStrictEqual(['16:7-17:21 missing spec.linear_layers.0.out_features'])
  })

  it('the alias that gives an object that lacks a field', () => {
    const text = `name: ab\nownership: &o { a: 1 }\nspec:\n  ${SPEC_FIELDS}\n  sliding_window_config: *o\n`
    expect(found(text)).toStrictEqual([
      '2:17-2:18 unknown-field spec.sliding_window_config.a',
      '16:26-16:28 missing spec.sliding_window_config.window_size',
    ])
  })

  it('each entity of a list, told for itself', () => {
    const text = '- name: ab\n- id: "1"\n  name: ab\n  workspace: w\n  created_at: 2026-01-01T00:00:00Z\n- 5\n'
    expect(found(text)).toStrictEqual(['2:3-5:35 missing 1.updated_at', '6:3-6:4 model_attributes_type 2'])
  })
})

describe('checkManifest counts', () => {
  it.each([
    ['nothing', '', 1, 1],
    ['two documents of quotes, which are written', '""\n--- \'\'\n', 2, 0],
    ['blanks and comments', '\n# note\n', 1, 1],
    ['three documents, one of them empty', 'name: ab\n---\n---\nname: cd\n', 3, 1],
    ['a list of no entity', '[]\n', 1, 0],
    ['a written null', '--- ~\n', 1, 0],
  ])('%s', (_, text, documents, emptyDocuments) => {
    expect(checkManifest(text)).toMatchObject({ documents, emptyDocuments })
  })

  it('an empty file of JSON Lines as an empty document', () => {
    expect(checkManifest('', JSON_LINES)).toMatchObject({ documents: 1, emptyDocuments: 1, diagnostics: [] })
  })

  it('the lines of JSON Lines as documents, blank ones among them', () => {
    const { documents, emptyDocuments, diagnostics } = checkManifest('{"name": "ab"}\n\n{"name": 5}\n', JSON_LINES)
    expect({ documents, emptyDocuments }).toStrictEqual({ documents: 3, emptyDocuments: 1 })
    expect(diagnostics).toMatchObject([{ document: 2, line: 3, column: 10 }])
  })
})

describe('checkManifest helps', () => {
  it('with a misspelt key where a field is missing, never with another field', () => {
    const help = (text: string) => checkManifest(text).diagnostics.map((one) => one.help)
    expect(help('nam: ab\n')).toContain('found "nam"; did you mean name?')
    expect(help('id: e\nname: ab\nworkspace: w\ncreated_at: 2026-01-01\n')).toStrictEqual(['add the field updated_at'])
  })
})

describe('checkManifest reads YAML 1.2', () => {
  it('takes yes for a text, whatever a directive says', () => {
    expect(found('name: ab\ntrust_remote_code: yes\n')).toStrictEqual([
      '2:20-2:23 coerced-value trust_remote_code',
      '2:20-2:23 trust-remote-code trust_remote_code',
    ])
    expect(found('%YAML 1.1\n---\nname: no\n')).toStrictEqual(['3:7-3:9 yaml-1.1-type name'])
  })

  it('does not round an integer beyond 2^53', () => {
    const [only] = checkManifest(
      'name: ab\nprompt:\n  inference_params:\n    max_tokens: 9007199254740993\n',
    ).diagnostics
    expect(only).toMatchObject({ code: 'int_parsing_size', line: 4, help: 'found the number 9007199254740993' })
  })

  it('shows a number as it is written, in every error', () => {
    const yaml = checkManifest('name: ab\ntrust_remote_code: 12345678901234567890\ndescription: 1.50\n', {
      file: 'a.yaml',
    })
    const json = checkManifest('{"name":"ab","trust_remote_code":12345678901234567890,"description":1.50}', {
      file: 'a.json',
    })
    for (const { diagnostics } of [yaml, json]) {
      expect(diagnostics.map(({ help }) => help).sort()).toStrictEqual([
        'found the number 1.50',
        'found the number 12345678901234567890',
      ])
    }
  })

  it('refuses an integer of more digits than the service reads, wherever it stands', () => {
    for (const [length, expected] of [
      [4300, 0],
      [4301, 1],
    ] as const) {
      const digits = '1'.repeat(length)
      const yaml = checkManifest(`name: ab\nnote: -${digits}\n`, { file: 'a.yaml' })
      const json = checkManifest(`{"name": "ab", "note": -${digits}}`, { file: 'a.json' })
      for (const { diagnostics } of [yaml, json]) {
        const errors = diagnostics.filter(({ severity }) => severity === 'error')
        expect(errors).toHaveLength(expected)
        for (const { message, column, endColumn } of errors) {
          expect(message).toBe('The integer has more than 4,300 digits')
          expect(endColumn - column).toBe(length + 1)
        }
      }
    }
  })

  it('tells an integer that is written with a fraction', () => {
    expect(found('name: ab\nprompt: { inference_params: { max_tokens: 8.0 } }\n')).toStrictEqual([
      '2:43-2:46 coerced-value prompt.inference_params.max_tokens',
    ])
  })

  it('lets a key of its own go before a merged one, and an earlier merged mapping before a later one', () => {
    const text =
      'custom_fields:\n  a: &a { top_p: 2 }\n  b: &b { top_p: 3, temperature: 3 }\nname: ab\nprompt:\n  inference_params:\n    <<: [*a, *b]\n    temperature: 1\n'
    expect(found(text)).toStrictEqual(['2:18-2:19 less_than_equal prompt.inference_params.top_p'])
  })
})
