import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Document, parse, visit } from 'yaml'
import { fixManifest } from '../../src/manifest/fixes/fix-manifest.js'
import { checkManifest } from '../../src/manifest/index.js'
import { runs } from '../share.js'

const fixed = (text: string, file = 'm.yaml', sortKeys = false) => fixManifest(text, { file, sortKeys }).text

describe('fixing a manifest', () => {
  it('keeps comments, anchors, quotes, line endings and the byte order mark', () => {
    const text = [
      '\ufeff# header  \r\n',
      '"name":   \'ab\'   # the name\r\n',
      'ownership: &o { team: a }\r\n',
      'custom_fields:  *o\r\n',
      '\'fileste\': " team/x "\t# typo\r\n',
      'trust_remote_code: !!str "no"\r\n',
      'prompt: # p\r\n',
      '  inference_params: {temperature: "0.5", top_p: 1 } # c\r\n',
      '\r\n',
    ].join('')
    expect(fixed(text)).toBe(
      text
        .replace('\'fileste\': " team/x "', '\'fileset\': "team/x"')
        .replace('temperature: "0.5"', 'temperature: 0.5'),
    )
  })

  it.each([
    ['two keys that both mean one name', 'name: ab\nfileste: x\nfilest: y\n'],
    ['two keys that both mean a required name', 'nam: ab\nnmae: x\n'],
    ['a key inside a value that is used again', 'name: ab\nprompt: &p {system_promt: x}\ncustom_fields: *p\n'],
    ['a key of data', 'name: ab\ncustom_fields: {fileste: x, nam: y}\n'],
    ['a broken document', 'name: [\nfileste: x\n'],
    ['a duplicate key', 'name: ab\nname: cd\nfileste: x\n'],
  ])('leaves %s', (_, text) => expect(fixed(text)).toBe(text))

  it('corrects the documents beside one that it leaves', () => {
    expect(fixed('name: ab\nfileste: x\nfilest: y\n---\nname: cd\nfileste: z\n')).toBe(
      'name: ab\nfileste: x\nfilest: y\n---\nname: cd\nfileset: z\n',
    )
    expect(fixed('{"name":"a\n{"name":"cd","fileste":"z"}\n', 'm.jsonl')).toBe(
      '{"name":"a\n{"name":"cd","fileset":"z"}\n',
    )
  })

  it('corrects what shows only after another correction', () => {
    expect(fixed('name: ab\ntrust_remote_cod: "yes"\n')).toBe('name: ab\ntrust_remote_code: true\n')
  })
})

describe('fixing a manifest with errors', () => {
  const wrong = `name: ab
trust_remote_code: "yes" # reviewed
spec:
  num_layers: "8"
  hidden_size: 1.0
  vocab_size: eight
  tied_embeddings: "maybe"
prompt:
  inference_params: { temperature: "0.5", top_p: "7" }
`
  const right = wrong.replace('"yes"', 'true').replace('"8"', '8').replace('1.0', '1').replace('"0.5"', '0.5')

  it('corrects the values that the service converts, each by itself, and no other', () => {
    expect(fixManifest(wrong, { file: 'a.yaml' }).text).toBe(right)
    expect(fixManifest(right, { file: 'a.yaml' }).titles).toStrictEqual([])
  })

  it('reports the errors alone', () => {
    const { diagnostics } = checkManifest(wrong, { file: 'a.yaml' })
    expect(diagnostics.filter(({ severity }) => severity !== 'error')).toStrictEqual([])
  })

  it('leaves what a comment silences', () => {
    const silenced = wrong.replace('# reviewed', '# model-entity-disable-line coerced-value -- kept')
    expect(fixManifest(silenced, { file: 'a.yaml' }).text).toContain('trust_remote_code: "yes"')
  })
})

describe('sorting keys', () => {
  it.each([
    [
      'moves entries with their comments',
      'name: b\nfileset: f # f\n# about p\nproject: p\n',
      'name: b\n# about p\nproject: p\nfileset: f # f\n',
    ],
    [
      'moves block scalars and nested blocks',
      'name: b\nspec: &s\n  x: 1\ndescription: |\n  # no comment\n  text\n',
      'name: b\ndescription: |\n  # no comment\n  text\nspec: &s\n  x: 1\n',
    ],
    ['sorts the entities of a list', '- fileset: f\n  name: b\n- name: c\n', '- name: b\n  fileset: f\n- name: c\n'],
    ['ends the file as before', 'fileset: f\nname: b', 'name: b\nfileset: f'],
    ['keeps Windows line ends', 'fileset: f\r\nname: b', 'name: b\r\nfileset: f'],
    [
      'keeps free data and unknown keys in order',
      'zz: 1\naa: 2\nname: b\ncustom_fields: {b: 1, a: 2}\n',
      'name: b\ncustom_fields: {b: 1, a: 2}\nzz: 1\naa: 2\n',
    ],
    ['leaves an alias behind its anchor', 'fileset: &f x\nname: *f\n', 'fileset: &f x\nname: *f\n'],
    [
      'leaves a first key whose comment may be about all',
      '# note\nfileset: f\nname: b\n',
      '# note\nfileset: f\nname: b\n',
    ],
    [
      'leaves a comment that would stand behind a dash',
      '- fileset: f\n  # n\n  name: b\n',
      '- fileset: f\n  # n\n  name: b\n',
    ],
  ])('%s', (_, text, sorted) => {
    expect(fixed(text, 'm.yaml', true)).toBe(sorted)
    expect(fixed(sorted, 'm.yaml', true)).toBe(sorted)
  })

  it('sorts JSON with its layout', () => {
    expect(fixed('{\n  "fileset": "f",\n  "name": "b"\n}\n', 'm.json', true)).toBe(
      '{\n  "name": "b",\n  "fileset": "f"\n}\n',
    )
  })
})

const KEYS = [
  'name',
  'nam',
  'fileset',
  'fileste',
  'filest',
  'spec',
  'prompt',
  'project',
  'trust_remote_code',
  'trust_remote_cod',
  'custom_fields',
  'model_providers',
  'x',
  'temperature',
  'num_layer',
  'n_layer',
  'num_layers',
  'inference_params',
  'api_key',
]
const scalars = fc.oneof(
  fc.constantFrom('8', '"', "'", ' team/x ', 'yes', '1e3', 'a: b', '# c', '- x', '*a', '', '\n', 'ab', '*', '{', ' ü𝔸'),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
)
const values = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalars, tie('object'), fc.array(tie('value'), { maxLength: 3 })),
  object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 8 }),
}))

/** The data of a text after a fix, without what a fix may change: the names of keys and the types of scalars. */
function blurred(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(blurred)
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value.trim() : 'scalar'
  return Object.values(value).map(blurred)
}

function makeFlow(node: { flow?: boolean }): void {
  node.flow = true
}

describe('for any manifest', () => {
  it('fixing JSON and YAML changes no more than keys and coerced scalars, and a second time nothing', () => {
    fc.assert(
      fc.property(values.object, fc.constantFrom('m.json', 'm.yaml', 'flow.yaml'), (value, file) => {
        const document = new Document(value)
        if (file === 'flow.yaml') visit(document, { Collection: (_, node) => makeFlow(node) })
        const text = file.endsWith('json') ? JSON.stringify(value, null, 2) : document.toString()
        const result = fixed(text, file)
        expect(fixed(result, file)).toBe(result)
        const [before, after] = [parse(text), parse(result)]
        const shape = (data: unknown) =>
          JSON.stringify(blurred(data), (_, each) => (typeof each === 'string' ? 'scalar' : each))
        expect(shape(after)).toBe(shape(before))
        const { counts } = checkManifest(result, { file })
        expect(counts.error).toBeLessThanOrEqual(checkManifest(text, { file }).counts.error + 20)
      }),
      runs(120),
    )
  })

  it('sorting keys changes only their order', () => {
    fc.assert(
      fc.property(values.object, fc.boolean(), (value, isJson) => {
        const file = isJson ? 'm.json' : 'm.yaml'
        const text = isJson ? JSON.stringify(value, null, 1) : new Document(value).toString()
        const plain = fixed(text, file)
        const result = fixed(text, file, true)
        expect(fixed(result, file, true)).toBe(result)
        expect(parse(result)).toStrictEqual(parse(plain))
        expect([...result].sort()).toStrictEqual([...plain].sort())
      }),
      runs(120),
    )
  })
})
