/** Which texts are read without `yaml`: exactly those that are simple. Whatever reads them, the answers are the same. */
import { describe, expect, it } from 'vitest'
import { plainValue } from '../../src/manifest/source-node.js'
import { quickYamlValues, readQuickly } from '../../src/manifest/yaml-quick/quick-documents.js'
import { stretchesOf } from '../../src/manifest/yaml-quick/stretches.js'
import { readAllYaml } from '../../src/manifest/yaml-source.js'

type Reader = 'values' | 'places' | 'yaml'

/** Who reads a text: the quick reader without places, or with them, or `yaml`. The answers of the quick ones are those of `yaml`. */
function readerOf(text: string): Reader {
  const stretches = [...stretchesOf(text)]
  const values = [...quickYamlValues(text)]
  const quick = stretches.map((stretch) => readQuickly(text, stretch))
  for (const [index, stretch] of stretches.entries()) {
    const [read, value] = [quick[index], values[index]]
    if (read === undefined) continue
    const [full] = readAllYaml(text, stretch)
    expect(read.kind, text).toBe(full?.kind)
    if (read.kind !== 'value' || full?.kind !== 'value') continue
    expect(read.hasAllScalars).toBe(true)
    expect(read.quick?.value, text).toStrictEqual(value?.value)
    expect(read.root, text).toStrictEqual(full.root)
    if (value !== undefined) expect(value.value, text).toStrictEqual(plainValue(full.root))
  }
  if (quick.includes(undefined)) return 'yaml'
  return values.includes(undefined) ? 'places' : 'values'
}

const ASCII = Array.from({ length: 0x5f }, (_, index) => String.fromCharCode(0x20 + index))

const list = (lines: readonly string[]): string[] => lines.join('¦').split('¦')

describe('the characters with which a text is simple', () => {
  it.each<[where: string, text: (character: string) => string, simple: RegExp]>([
    ['at the start of a key', (one) => `${one}ey: 1\n`, /[ #A-Za-z_]/],
    ['inside of a key', (one) => `k${one}y: 1\n`, /[-\w./]/],
    ['at the end of a key', (one) => `ke${one}: 1\n`, /[-\w./]/],
    ['at the start of another key', (one) => `a: b\n${one}: 1\n`, /[#A-Za-z_]/],
    ['behind the colon of a key', (one) => `k:${one}1\n`, / /],
    ['at the start of a key between braces', (one) => `{${one}ey: 1}\n`, /[ A-Za-z_]/],
    ['inside of a key between braces', (one) => `{k${one}y: 1}\n`, /[-\w./,]/],
    ['behind the colon of a key between braces', (one) => `{k:${one}}\n`, /[ ,]/],
    ['behind the colon of a quoted key between braces', (one) => `{"k":${one}}\n`, /[ $()+,./;<=\\^~\w]/],
    ['in the name of an anchor', (one) => `a: &x${one}z 1\n`, /[- \w./]/],
    ['in the name of an alias', (one) => `xyz: &xyz 1\na: *x${one}z\n`, /y/],
    ['at the start of a value', (one) => `a: ${one}x y\n`, /[- #$&()+./;<=\\^~\w]/],
    ['inside of a value', (one) => `a: x${one}y z\n`, /./],
    ['at the end of a value', (one) => `a: x y${one}\n`, /[^:]/],
    ['at the start of an item between brackets', (one) => `[${one}x y]\n`, /[- $()+./;<=\\^~\w]/],
    ['inside of an item between brackets', (one) => `[x ${one}y]\n`, /[^#[\]{}]/],
    ['behind an item between brackets', (one) => `[a${one} b]\n`, /[^:[\]{}]/],
    ['behind a dash', (one) => `-${one}a\n`, / /],
    ['behind a dash that is a value', (one) => `a: -${one}\n`, /[.0-9A-Za-z]/],
    ['escaped', (one) => `a: "\\${one}"\n`, /["/\\bfnrt]/],
    ['escaped between brackets', (one) => `["\\${one}"]\n`, /["/\\bfnrt]/],
    ['behind the mark of a block scalar', (one) => `a: |${one}\n  b\n`, /[- ]/],
    ['behind the marker of a document', (one) => `---${one}\na: b\n`, / /],
    ['behind a quoted value', (one) => `a: 'b'${one}\n`, / /],
    ['behind a closing bracket', (one) => `[a]${one}\n`, / /],
    ['below a closing bracket', (one) => `[a]\n${one}\n`, /[ #]/],
  ])('%s', (_, text, simple) => {
    const found = ASCII.filter((one) => readerOf(text(one)) !== 'yaml')
    expect(found.join('')).toBe(ASCII.filter((one) => simple.test(one)).join(''))
  })
})

const WITHOUT_PLACES = [
  `--- [a,\n b]\n¦--- [a\n]\n¦--- {a: b,\n\nc: d}\n¦a: b\nc: &x {d: e}\nf: {}\n<<: *x\n`,
  `a: b¦a: b\r\n¦a: |\n  b\n  \n  c\n¦a: |\n\n\n  b\n¦a: >\n\n\n  b\n  c\n\n  d\n\n   e\n   f\n\n  g\n`,
  `- |\n b\n- >-\n  c\n   d\n¦a: |  # c\n  b\n¦a: |-\n  b\n\n\n¦a: >\n  b\n\n\nc: d\n¦a: |\n  \tb\n`,
  `--- [a]\n¦--- [a]\n # c\n¦---\n[a]\n¦--- # c\n\na: b\n¦a: b\n  c\n¦a: b\n  c # d\n`,
  `a: b\n  c\n\n\n  d\n¦a: b\n c:d\n¦a: b #c\n¦a: b#c\n¦a: b\t#c\n¦a: "b\n  c"\n¦a: "b\n\n  c"\n`,
  `a: "b \n  c"\n¦a: "b\n  c" # d\n¦a: 'b\n  it''s'\n¦a: "b\tc"\n¦a: "b\\tc"\n¦a: "b\\u00e9"\n`,
  `a: 'it''s'\n¦a: 'b'''\n¦'a''b': c\n¦"a\\"b": c\n¦"a" : b\n¦"a": \n¦a:\n  b\n¦a:\n  "b"\n¦a:\n  8\n`,
  `a:\n b: c\n¦a:\nb: c\n¦a:\n- b\n¦a:\n - b\n¦- a: b\n  c: d\n¦-   a: b\n    c: d\n¦- \ta\n¦-\n¦- # c\n`,
  `-\n  a\n¦-\n- b\n¦- - a\n  - b\n¦- -a\n¦  a: b\n  c: d\n¦a: [b\n]\n¦a: [b\n ]\n¦a: [\n b]\n`,
  `a: [b, # c\n c]\n¦a: [b] # c\n¦a: [b c]\n¦a: [b,]\n¦a: [[b]]\n¦a: []\n¦a: {}\n¦a: {b}\n`,
  `a: {b, c: d}\n¦a: {b: }\n¦a: {b: , c: d}\n¦a: {b:}\n¦a: {b:,c: d}\n¦a: {"b":c}\n¦a: {"b": c}\n`,
  `a: {"b" : c}\n¦a: {'b':c}\n¦a: {"b"}\n¦a: {b: c d, e: f}\n¦a: {b: "c", d: [e]}\n¦a: {b:\n  c}\n`,
  `offer: c\n¦"yes": c\n¦_a: c\n¦a: &x {b: c}\n<<: *x\n¦b: &x {b: c}\nd:\n  <<: *x\n`,
  `b: &x {b: c}\nd:\n  <<: *x # c\n¦b: &x\n  c\n¦b: &x\n- c\n¦- &x\n  - c\n¦b: &x\tc\n¦b: &x c\nd: *x\n`,
  `b: &x c\nd: *x \n¦b: 8\n¦b: 0\n¦b: 123456789012345\n¦b: 1234567890123456\n¦b: 1.5\n¦b: .5\n¦b: -1\n`,
  `b: ~\n¦b: null\n¦b: word\n¦b: wordy\n¦b: wordier\n¦b: a/b.c-d_e\n¦b: 1.2.3\n¦b: 1-2\n¦b: -a\n¦b: -8\n`,
  `a: b\n...\n¦a: b\n...\n# c\n¦a: b\n... # c\n¦a: b\n...\nc: d\n¦a: b\n---\nc: d\n`,
  `%YAML 1.2\n---\na: b\n¦a:\tb\n¦a: b\t\n¦a: 😀\n¦a: é\n¦["a"\n]\n¦[a\n]\n¦[-a]\n¦[a:b]\n¦[a :b]\n`,
  `[ #a\n]\n¦[a#b]\n¦[a #b\n]\n¦[a\n,b]\n¦- [a]\n- {b: c}\n¦- "a": b\n¦- "a"\n¦- |\n  a\n¦- a # c\n`,
  `a:\n    b: c\n    d: e\n¦a: .a\n¦a: -.a\n`,
]

/** What a value does not tell: two keys of one name, how a number is written, and what YAML 1.1 reads otherwise. */
const WITH_PLACES = [
  `b: 08\n¦b: 9007199254740993\n¦b: 1.0\n¦b: 1e3\n¦b: -0\n¦b: +1\n¦b: 0x1f\n¦b: 0o17\n¦b: .inf\n`,
  `b: -.inf\n¦b: .nan\n¦b: no\n¦\n¦# c\n¦ \n¦---\n¦---\n---\n¦...\n¦a: b\n---¦a: b\na: c\n`,
  `__proto__: a\n¦{a: b, a: c}\n¦{__proto__: a}\n¦- -.5\n`,
]

const LEFT = [
  `a: b\n  # c\n  d\n¦a: b c\n  # d\n  e\n¦a: b\n  c\n  # d\n  e\n¦a: 'b\n  # c'\n d: e\n`,
  `b: &x {b: c}\nd:\n  <<: ax\n¦b: &x {b: c}\nd:\n  <<:\n¦--- [a]\n b\n`,
  `a: |\n  b\n   \n  c\n¦a: |\n   \n  b\n¦a: |\nb: c\n¦a: |\n¦a: |\n  \n¦a: |# c\n  b\n¦a: |\n  b\n c\n`,
  `a: |\n\tb\n¦a:\n  |\n  b\n¦|\n  b\n¦--- |\n  b\n¦text\n¦"text"\n¦8\n¦--- text\n¦--- {a: b}\nc: d\n`,
  `---\ta: b\n¦a: b # d\n  c\n¦a: b\n  c\n  \td\n¦a: b\n  c: d\n¦a: b\n  c:\n¦a: b:\n¦a: b c:\n`,
  `a: b: c\n¦a: "b\\\n  c"\n¦a: "b\n  c\\n"\n¦a: "b\n\tc"\n¦a: "b\nc"\n¦a: "b\n  c" d\n¦a: "b\n  c"#d\n`,
  `a: "b¦a: 'b\n¦a: "b\\u00zz"\n¦a: "b\\tc\t"\n¦a: 'b'' \n¦"a":b\n¦"a"\n¦- a: b\n c: d\n`,
  `- a: b\n   c: d\n¦-\ta: b\n¦- \ta: b\n¦- - a\n - b\n¦-a: b\n¦  a: b\nc: d\n¦ a: b\n  c: d\n`,
  `  a: [b\n]\n¦a: [\nb]\n¦a: [b,\n\tc]\n¦a: [b,#c\n c]\n¦a: [b] c\n¦a: [b]\n  c\n¦a: [b}\n¦a: {b]\n`,
  `a: [b, c: d]\n¦a: [,]\n¦a: [b,,c]\n¦a: {b:c}\n¦a: {"b" :c}\n¦a: {b\n : c}\n¦a: {yes: c}\n¦a: {8: c}\n`,
  `yes: c\n¦true: c\n¦null: c\n¦nULL: c\n¦8: c\n¦<<: *a\n¦b: &x 8\nd:\n  <<: *x\n`,
  `b: &x {b: c}\nd:\n  <<: *x\n  <<: *x\n¦b: &x {b: c}\nd:\n  << : *x\n¦b: &x {b: c}\nd:\n  <: *x\n`,
  `b: &x {b: c}\nd:\n  <<<: *x\n¦b: &x {b: c}\nd:\n  <<: *x y\n¦b: &x {b: c}\nd:\n  <<:\n    *x\n`,
  `b: &x {b: c}\nd:\n  <<: &y *x\n¦b: &x\n¦b: &x # c\n¦- &x\n- c\n¦b: &x c\nd: *x y\n`,
  `b: &x c\nd: *x\n  e\n¦b: &x c\nd: *y\n¦b: & c\n¦b: *\n¦b: --\n¦b: - a\n¦b: ?\n¦b: ? a\n¦b: :a\n`,
  `b: %a\n¦b: @a\n¦b: \`a\n¦b: !a\n¦b: ,a\n¦b: ]\n¦%YAML 1.1\n---\na: b\n¦%TAG ! x\n---\na: b\n`,
  `%YAML 1.2\n%YAML 1.2\n---\na: b\n¦a: b\n\tc\n¦\ta: b\n¦a: b\n\t\n¦a: b\n\t# c\n¦a : b\n¦a b: c\n¦\x07`,
  `a: \x07\n¦a: b\rc\n¦a: \u0085\n¦a: \u2028\n¦a: "\n---\n"\n¦? a\n¦{a: b\n¦[a\n¦[\n¦{\n¦{a\n¦{a: "b\n`,
  `["a\n¦["a" b]\n¦[a, "b\n c"]\n¦[- a]\n¦[a:]\n¦[a: ]\n¦[#a]\n¦[a, *b]\n¦[&a b]\n¦[!a b]\n¦[|]\n`,
  `[a]: b\n¦{a: b}: c\n¦- a #c\n  b\n¦a:\n    b: c\n  d: e\n¦a:\n  - b\n c: d\n¦a:\n  - b\n  c\n¦a: -\n`,
  `a: - \n`,
]

describe('the quick reader of YAML', () => {
  it.each(list(WITHOUT_PLACES))('reads %j by its values', (text) => expect(readerOf(text)).toBe('values'))

  it.each(list(WITH_PLACES))('reads %j with its places', (text) => expect(readerOf(text)).toBe('places'))

  it.each(list(LEFT))('leaves %j to `yaml`', (text) => expect(readerOf(text)).toBe('yaml'))

  it.each<[what: string, nested: (depth: number) => string, most: number]>([
    ['lists on one line', (depth) => `${'- '.repeat(depth)}a\n`, 51],
    ['lists on several lines', (depth) => below(depth, '-'), 50],
    ['mappings', (depth) => below(depth, 'a:'), 50],
    ['brackets', (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}\n`, 50],
    ['braces', (depth) => `${'{a: '.repeat(depth)}b${'}'.repeat(depth)}\n`, 50],
    ['brackets in a list', (depth) => `- ${'['.repeat(depth)}${']'.repeat(depth)}\n`, 50],
  ])('reads so many %s in each other, and no more', (_, nested, most) => {
    expect([most, most + 1].map((depth) => readerOf(nested(depth)))).toStrictEqual(['values', 'yaml'])
  })

  it.each<[what: string, text: (length: number) => string]>([
    ['a key', (length) => `${'k'.repeat(length)}: 1\n`],
    ['a quoted key', (length) => `"${'k'.repeat(length - 2)}": 1\n`],
    ['a key between braces', (length) => `{${'k'.repeat(length)}: 1}\n`],
    ['a quoted key between braces', (length) => `{'${'k'.repeat(length - 2)}': 1}\n`],
  ])('reads %s of a thousand characters, and no longer one', (_, text) => {
    expect([readerOf(text(1000)), readerOf(text(1001))]).toStrictEqual(['values', 'yaml'])
  })

  it('reads an integer of so many digits, and a document with anchors of such a length, and no more', () => {
    const digits = (count: number) => readerOf(`a: ${'1'.repeat(count)}\n`)
    expect([999, 1000, 1001].map(digits)).toStrictEqual(['places', 'places', 'yaml'])
    const anchored = (length: number) => readerOf(`a: &x 1\nb: ${'b'.repeat(length - 12)}\n`)
    expect([9999, 10_000, 10_001].map(anchored)).toStrictEqual(['values', 'values', 'yaml'])
    const long = `b: ${'b'.repeat(20_000)}\n`
    expect([readerOf(long), readerOf(`${long}---\na: &x 1\n`)]).toStrictEqual(['values', 'values'])
  })
})

function below(depth: number, line: string): string {
  const lines = Array.from({ length: depth }, (_, at) => `${' '.repeat(at)}${line}\n`)
  return `${lines.join('')}${' '.repeat(depth)}b\n`
}

describe('the documents of a text with a byte order mark', () => {
  it.each([
    'a: x¦y\n---\nb: 1\n',
    'a: x¦y\n# c\n\n---\nb: 1\n...\n# d\n---\nc: ¦\n',
    '---\na: ¦\n--- b\n--- c\n',
    'a: b\n... # c\n---\nd: "¦"\n',
  ])('are where they are without it, if it stands inside of a line: %j', (text) => {
    const [marked, without] = ['\ufeff', 'x'].map((one) => [...stretchesOf(text.replaceAll('¦', one))])
    expect(marked).toStrictEqual(without)
    expect(marked?.length).toBeGreaterThan(1)
  })
})
