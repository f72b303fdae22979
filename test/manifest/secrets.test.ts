import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'

/** What must never be shown; `hunter2` stands in URLs. */
const KEY = 'sk-S3CRETk3y'
const NUMBER = '9876543210123'

/** Manifests with a secret in some shape, each with something else that is wrong beside it. */
const SHAPES: readonly (readonly [what: string, text: string, file?: string])[] = [
  ['a URL, and a number of its own', `name: "http://user:${NUMBER}@h/"\nspec: ${NUMBER}\n`],
  ['a text with quotes, told again', `name: ab\napi_endpoint: {url: x, api_key: 'a"${KEY}'}\nspec: 'a"${KEY}'\n`],
  [
    'one of many documents',
    `${'name: ab\n---\n'.repeat(120)}name: ab\ncustom_fields:\n  password:\n    ${KEY}\nextra: 1\n`,
  ],
  ['a plain scalar', `name: a\napi_endpoint:\n  api_key: ${KEY}\n  url: x\n`],
  ['the same line as an error', `name: ab\napi_endpoint: {url: 5, api_key: ${KEY}}\n`],
  ['a quoted scalar', `name: ab\napi_endpoint: {url: 5, api_key: "${KEY}"}\n`],
  ['an escaped scalar', `name: ab\napi_endpoint: {url: 5, api_key: "\\x73k-S3CRETk3y"}\n`],
  ['a number', `name: ab\napi_endpoint: {url: 5, api_key: ${NUMBER}}\n`],
  ['a number too large', `name: ab\nprompt: {inference_params: {api_key: ${NUMBER}${NUMBER}}}\n`],
  ['a list', `name: ab\napi_endpoint: {url: 5, api_key: [${KEY}, {a: ${KEY}}]}\n`],
  ['an alias', `ownership: {k: &k ${KEY}}\nname: *k\nproject: *k\napi_endpoint: {url: 5, api_key: *k}\n`],
  ['an anchor', `api_endpoint: {url: 5, api_key: &k ${KEY}}\nname: "${KEY} "\nbase_model: *k\nfileset: *k\n`],
  ['an anchored collection', `ownership: &o {api_key: ${KEY}}\napi_endpoint: *o\nname: ab\n`],
  ['an anchored key', `ownership: {? &k ${KEY} : 1}\nname: ab\napi_endpoint: {url: 5, api_key: *k}\n`],
  ['a merge', `ownership: &o {api_key: ${KEY}}\napi_endpoint: {<<: *o, url: 5}\nname: ab\n`],
  ['a block scalar', `name: ab\napi_endpoint:\n  api_key: |\n    ${KEY}\n    ${KEY}\n  url: 5\n`],
  ['a folded scalar', `name: ab\napi_endpoint:\n  api_key: >-\n    ${KEY}\n  api_kye: 1\n  url: 5\n`],
  ['a plain scalar of two lines', `name: ab\napi_endpoint:\n  api_key: x\n    ${KEY}\n  url: 5\n`],
  ['a flow mapping of several lines', `name: ab\napi_endpoint: {\n  url: 5, api_key:\n  ${KEY}, zz: 1 }\n`],
  ['a duplicate key', `name: ab\napi_endpoint:\n  api_key: ${KEY}\n  api_key: ${KEY}\n  url: 5\n`],
  ['a duplicate of another key', `name: ab\napi_endpoint: {api_key: ${KEY}, url: 5, url: 6}\n`],
  ['a broken file', `name: ab\napi_endpoint: {api_key: ${KEY}, url: [}\n`],
  ['a broken value', `name: ab\napi_endpoint:\n  api_key: "${KEY}\n`],
  ['a broken file with an alias', `x: &k ${KEY}\napi_key: *k\nname: *k [\n`],
  ['text out of place', `name: ab\napi_endpoint: {api_key: "${KEY}" "${KEY}"}\n`],
  ['a core tag', `name: ab\napi_endpoint: {api_key: !!int ${KEY}}\n`],
  ['a tag', `name: ab\napi_endpoint: {api_key: !x ${KEY}}\n`],
  ['a comment', `name: 5 # api_key: ${KEY}\n`],
  ['an explicit key', `name: ab\napi_endpoint:\n  ? api_key\n  : ${KEY}\n  url: 5\n`],
  ['a misspelt key', `name: 5\napi_endpoint: {url: 5, apiKey: ${KEY}, api_kye: ${KEY}}\n`],
  [
    'free data',
    `name: 5\ncustom_fields: {password: ${KEY}, hf_token: ${KEY}, client: {secret: ${KEY}}, n: 99999999999999999999}\n`,
  ],
  ['a long secret', `name: &n ${KEY}${'x'.repeat(100)}\napi_endpoint: {url: 5, api_key: *n}\nproject: *n\n`],
  ['a URL', `name: ab\napi_endpoint: {url: "http://user:hunter2@h.com:99999/"}\n`],
  [
    'a URL elsewhere',
    `name: ab\nfileset: http://user:hunter2@h\nbase_model: //user:hunter2@h\n"http://user:hunter2@h": 1\n`,
  ],
  ['a URL with escapes', `name: ab\napi_endpoint: {url: "http://user:hunter2\\x40h.com:99999/"}\n`],
  ['a URL with a slash in its password', `name: ab\napi_endpoint: {url: "http://user:x/hunter2@h.com"}\n`],
  ['a long URL', `name: ab\napi_endpoint: {url: "http://user:hunter2${'x'.repeat(100)}@h.com:99999/"}\n`],
  ['a URL of two lines', `name: ab\napi_endpoint:\n  url: "http://user:hunt\\\n    er2@h.com:99999/"\n`],
  ['a URL in a broken file', `name: ab\napi_endpoint: {url: "http://user:hunter2@h" x, [}\n`],
  ['JSON', `{"name": 5, "api_endpoint": {"url": 5, "api_key": "${KEY}"}}`, 'm.json'],
  ['JSON with an escaped key', `{"name": 5, "api_endpoint": {"url": 5, "api\\u005fkey": "${KEY}"}}`, 'm.json'],
  [
    'JSON with escapes',
    `{"name": 5, "api_endpoint": {"url": "http:\\/\\/user:hunter2\\u0040h:99999", "api_key": "\\u0073k-S3CRETk3y"}}`,
    'm.json',
  ],
  ['JSON with a number', `{"name": 5, "api_endpoint": {"url": 5, "api_key": ${NUMBER}}}`, 'm.json'],
  ['broken JSON', `{"name": 5, "api_endpoint": {"url": 5, "api_key": "${KEY}" x}}`, 'm.json'],
  ['broken JSON behind its value', `{"api_key":\n"${KEY}", "name": }`, 'm.json'],
  ['JSON with a key twice', `{"name": "ab", "name": 1, "api_key": "${KEY}"}`, 'm.json'],
  ['JSON without a colon', `{"name": 5, "api_endpoint": {"api_key" "${KEY}", "url": 5}}`, 'm.json'],
  ['JSON in a text', `{"name": "ab", "api_endpoint": "{\\"api_key\\":\\"${KEY}\\"}"}`, 'm.json'],
  ['a header in a text', `{"name": "ab", "spec": "curl -H 'Authorization: Bearer ${KEY}'"}`, 'm.json'],
  ['a URL as a key', `{"name": "ab", "http://u:p\\"hunter2@h": 1, "spec": 5}`, 'm.json'],
  ['a query of a URL', `{"name": "http://h/?api_key=${KEY}", "spec": 5}`, 'm.json'],
  ['a URL with a wide at sign', `name: ab\napi_endpoint: {url: "http://u:hunter2＠h/"}\n`],
  [
    'a query of a URL in a key',
    `name: ab\nspec: {"http://h/?token=${KEY}": 1, num_layers: x}\n"http://h/?sig=${KEY}": 1\n`,
  ],
  ['a URL with a space in a comment', `name: 5 # http://u:x hunter2@h\n`],
  ['a URL with a quote in a comment', `name: 5 # see http://u:x"hunter2@h there\n`],
  ['a URL in a comment above', `api_endpoint: {url: 5} # 'http://u:x'hunter2@h'\nname: 5\n`],
  ['a text of an assignment', `name: ab\nspec: {num_layers: "HF_TOKEN=${KEY}"}\n`],
  ['a key without a space after its colon', `name: ab\napi_endpoint:\n  api_key:${KEY}\n  url: 5\n`],
  ['the look of a tag', `api_key: !${KEY} x\nname: 5\n`],
  ['the look of an alias', `api_key: *${KEY}\nname: 5\n`],
  ['the look of an anchor', `{name: 5, api_key: &${KEY} }\n`],
  ['text after a quote', `api_key: "a" ${KEY}\nname: 5\n`],
  ['one line of a longer secret', `name: ab\napi_endpoint:\n  api_key: |\n    ${KEY}\n    x\n  url: 5\nspec: ${KEY}\n`],
  [
    'lines of JSON',
    `{"name": 5, "api_endpoint": {"api_key": "${KEY}", "url": 5}}\n{"api_key": "${KEY}", }\n`,
    'm.jsonl',
  ],
]

/** Of a value on another line than its key an edit may make another's, and of a secret that stands twice another text. */
const ON_ONE_LINE = SHAPES.filter(
  ([, text]) => /key[^\n]*S3CRET/i.test(text) && !/[?&*]/.test(text) && text.match(/S3CRET/g)?.length === 1,
)

const SECRET = /S3CRET|hunter2|hunt\b|er2@|9876543210123/

describe('checkManifest shows no secret', () => {
  it.each(SHAPES)('in %s', (_, text = '', file = 'm.yaml') => {
    const checked = checkManifest(text, { file })
    expect(checked.diagnostics.length).toBeGreaterThan(0)
    expect(JSON.stringify(checked)).not.toMatch(SECRET)
  })

  it('wherever the rest of the file breaks', () => {
    const edit = fc.record({
      at: fc.nat(),
      cut: fc.nat(3),
      put: fc.constantFrom('', '"', '{', '}', '[', ':', '\n', ' x', "'", '#', ','),
    })
    fc.assert(
      fc.property(fc.constantFrom(...ON_ONE_LINE), edit, ([, text, file = 'm.yaml'], { at, cut, put }) => {
        const start = at % (text.length + 1)
        // The key itself must stand, and so must the secret: what is broken beyond them names no secret any more.
        const before = text.slice(0, start)
        const after = text.slice(start + cut)
        fc.pre(!/(?:api|pass|hf_|sec|tok|http|user|[&*]|\?|\\)[^\n]{0,40}$/i.test(before) && cut < 2)
        fc.pre(!/^[^\n]{0,9}(?:api|key|kye|pass|tok|sec|http|:\/\/)/i.test(after))
        const shown = JSON.stringify(checkManifest(`${before}${put}${after}`, { file }))
        expect(shown).not.toMatch(/S3CRET|hunter2/)
      }),
      { numRuns: 400 },
    )
  })

  it('of thousands, and hides what messages quote of them', () => {
    const text = Array.from(
      { length: 3000 },
      (_, index) => `- {name: x y, api_endpoint: {url: 5, api_key: ${KEY}${index}}}\n`,
    )
    expect(JSON.stringify(checkManifest(text.join('')))).not.toMatch(SECRET)
  })
})

describe('checkManifest shows', () => {
  it.each([
    ['a reference to a variable', `name: ab\napi_endpoint: {url: 5, api_key: "\${API_KEY}"}\n`, `\${API_KEY}`],
    [
      'words of the field',
      'name: ab\ncustom_fields: {eos_token: end-of-text, n: 99999999999999999999}\n',
      'end-of-text',
    ],
    ['an at sign that is of no URL', 'name: "foo@bar baz"\n', 'foo@bar'],
  ])('%s', (_, text, shown) => {
    expect(JSON.stringify(checkManifest(text))).toContain(shown)
  })

  it('carets under the mask of what it points at', () => {
    const { excerpts } = checkManifest(`name: ab\napi_endpoint: {api_key: [${KEY}], url: http://h}\n`)
    expect(excerpts[0]).toMatchObject({ before: 'api_endpoint: {api_key: ', token: '***', after: ', url: http://h}' })
  })

  it('masks where as much is silenced as is reported', () => {
    const text = `name: ab\ntrust_remote_code: true # model-entity-disable-line trust-remote-code -- x\ncustom_fields:\n  password:\n    ${KEY}\nextra: 1\n`
    const checked = checkManifest(text)
    expect([checked.counts.warning, checked.suppressedCount]).toStrictEqual([1, 1])
    expect(checked.excerpts[0]?.lineBefore).toBe('    ***')
  })

  it('masks where there are as many warnings as infos, and no errors', () => {
    // The line of the secret does not show that it is one.
    const text = `name: ab\ncustom_fields:\n  password:\n    ${KEY}\ntrust_remote_code: "no"\nextra: 1\n`
    const checked = checkManifest(text)
    expect(checked.counts).toStrictEqual({ error: 0, warning: 1, info: 1 })
    expect(checked.excerpts[0]?.lineBefore).toBe('    ***')
    expect(JSON.stringify(checked)).not.toContain(KEY)
  })
})
