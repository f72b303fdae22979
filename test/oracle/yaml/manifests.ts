import type { Random } from '../random.js'

/** A manifest as text, and the extension of its file. */
export interface GeneratedManifest {
  readonly extension: 'yaml' | 'json'
  readonly text: string
}

/** Manifests of every sort, the same for the same seed: most are requests, written in every style that YAML and JSON have. */
export function* manifests(count: number, random: Random): Generator<GeneratedManifest> {
  for (let index = 0; index < count; index += 1) {
    const extension = random.chance(0.3) ? 'json' : 'yaml'
    let text = extension === 'json' ? json(random, index) : yaml(random, index)
    while (random.chance(0.35)) text = random.edited(text, PIECES)
    yield { extension, text }
  }
}

function yaml(random: Random, index: number): string {
  const lines = [`name: model-${index}`]
  for (const field of FIELDS) if (random.chance(0.3)) lines.push(entry(random, field, ''))
  if (random.chance(0.2))
    lines.unshift(random.pick(['---', '%YAML 1.1\n---', '%YAML 1.2\n---', '# a comment', '--- # comment']))
  if (random.chance(0.1)) lines.push(random.pick(['...', '---', '# end', '', '\t', '  ']))
  return `${random.chance(0.05) ? '\ufeff' : ''}${lines.join(random.chance(0.1) ? '\r\n' : '\n')}\n`
}

function entry(random: Random, field: string, indent: string): string {
  if (field === 'spec') return `spec:\n${SPEC.map((line) => `  ${line}`).join('\n')}`
  if (field === 'model_providers')
    return `model_providers:${random.pick([' [a/b, c/d]', ' []', '\n  - a/b\n  - c/d', '\n- a/b'])}`
  if (field === 'custom_fields' || field === 'ownership') return `${field}:${mapping(random, `${indent}  `, 2)}`
  return `${field}:${random.pick([' ', '  ', '\t', ' \t'].slice(0, random.chance(0.9) ? 2 : 4))}${scalar(random, `${indent}  `)}${random.pick(COMMENTS)}`
}

function mapping(random: Random, indent: string, depth: number): string {
  if (random.chance(0.4)) return ` ${flow(random, depth)}`
  const lines: string[] = []
  for (let at = 0; at < 1 + random.below(3); at += 1) {
    const key = random.chance(0.8) ? random.pick(KEYS) : scalar(random, indent).split('\n')[0]
    const value =
      depth > 0 && random.chance(0.3) ? mapping(random, `${indent}  `, depth - 1) : ` ${scalar(random, `${indent}  `)}`
    lines.push(`${indent}${key}${at}:${value}`)
  }
  return `\n${lines.join('\n')}`
}

function flow(random: Random, depth: number): string {
  const items: string[] = []
  for (let at = 0; at < random.below(4); at += 1) {
    const value = depth > 0 && random.chance(0.4) ? flow(random, depth - 1) : flowScalar(random)
    items.push(value)
  }
  const gap = random.pick([', ', ',', ' , ', ',\n      ', ',\t'])
  if (random.chance(0.5)) return `[${items.join(gap)}${random.chance(0.1) && items.length > 0 ? ',' : ''}]`
  return `{${items.map((item, at) => `${random.pick(KEYS)}${at}${random.pick([': ', ': ', ' : ', ':'])}${item}`).join(gap)}}`
}

function flowScalar(random: Random): string {
  const text = random.chance(0.5) ? random.pick(WORDS) : random.pick(QUOTED)
  return /[,[\]{}#]|^[&*!|>%@`]/.test(text) && !/^["']/.test(text) ? `"${text}"` : text
}

function scalar(random: Random, indent: string): string {
  const style = random.below(10)
  if (style < 4) return random.pick(WORDS)
  if (style < 7) return random.pick(QUOTED)
  if (style === 7)
    return `|${random.pick(['', '-', '+'])}\n${indent}line one\n${indent}\tline two ${random.pick(WORDS)}`
  if (style === 8) return `>-\n${indent}folded\n\n${indent}text`
  return `${random.pick(['&a ', '&a.b ', '!!str ', '&x-1 '])}${random.pick(WORDS)}`
}

function json(random: Random, index: number): string {
  const body: Record<string, unknown> = { name: `model-${index}` }
  for (const field of FIELDS) {
    if (!random.chance(0.3)) continue
    if (field === 'spec')
      body['spec'] = Object.fromEntries(
        SPEC.map((line) => line.split(': ')).map(([key = '', value = '']) => [key, JSON.parse(value)]),
      )
    else if (field === 'model_providers') body[field] = ['a/b']
    else if (field === 'custom_fields' || field === 'ownership')
      body[field] = { a: random.pick(VALUES), [random.pick(KEYS)]: [random.pick(VALUES), { b: random.pick(VALUES) }] }
    else body[field] = random.pick(['text', 'a/b', null, 'é', '😀', 'x'])
  }
  const text = JSON.stringify(body, null, random.pick([0, 2, 2, '\t']))
  const escaped = random.chance(0.2)
    ? text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : text
  return random.chance(0.1) ? escaped.replaceAll('/', '\\/') : escaped
}

const FIELDS = [
  'description',
  'project',
  'spec',
  'custom_fields',
  'ownership',
  'model_providers',
  'base_model',
  'trust_remote_code',
  'fileset',
]

const KEYS = ['a', 'b-c', 'key', 'no', 'on', '"q"', "'s'", '1', '010', '1.5', '2024-01-15', 'null', 'é', 'k.v', 'x y']

const COMMENTS = ['', '', '', ' # comment', '  # see: x', '\t# tab']

const WORDS = [
  ...[
    'llama',
    'no',
    'yes',
    'on',
    'true',
    '010',
    '0o17',
    '1e3',
    '1.5e3',
    '1.0e+3',
    '1:30',
    '2024-01-15',
    '2024-01-15T10:00:00Z',
    '~',
    'null',
  ],
  ...[
    '.inf',
    '.nan',
    '1_000',
    '8',
    '-3',
    '0x1F',
    'two words',
    'a:b',
    'a#b',
    'http://x/y',
    '<<',
    '=',
    'é',
    '日本',
    '😀',
    'a\tb',
    '%x',
    'a\u0085b',
    'a\u2028b',
  ],
  ...[
    '?x',
    ':x',
    '-x',
    '- x',
    'x:',
    "it's",
    'a"b',
    'C:\\x',
    'v1.2',
    '',
    '9999999999999999999999',
    '1e400',
    '@x',
    '`x',
    '!x',
    '*a',
    'a\u007fb',
    'x  y',
  ],
]

const QUOTED = [
  '"no"',
  "'yes'",
  '"a\\tb"',
  '"\\u00e9"',
  '"\\ud83d\\ude00"',
  '"\\U0001F600"',
  '"a\\/b"',
  '"multi\n     line"',
  "'it''s'",
  '""',
  '"\\x41"',
  '"tab\there"',
  '"\\ud83d"',
  '"\\N\\_\\L"',
  '"\\e\\0"',
]

const VALUES = [
  1,
  1.5,
  1e21,
  1e-7,
  1e5,
  true,
  null,
  'no',
  'x',
  'é',
  '😀',
  '2024-01-15',
  -0,
  12345678901,
  ['a'],
  { c: 1 },
  'a\tb',
  'a\nb',
  '\u2028',
  '\u007f',
  'x'.repeat(1100),
]

const PIECES = [
  '\t',
  ' ',
  '\n',
  ':',
  '#',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  '&a ',
  '*a',
  '?',
  '-',
  '\u0085',
  '0',
  'e',
  '%',
  '\\',
  '!',
  '|',
  '>',
  '\r',
  '\ufeff',
  '~',
]

const SPEC = [
  'checkpoint_model_name: "m"',
  'family: "llama"',
  'num_layers: 2',
  'hidden_size: 64',
  'num_attention_heads: 4',
  'num_kv_heads: 4',
  'ffn_hidden_size: 256',
  'vocab_size: 1000',
  'tied_embeddings: true',
  'gated_mlp: false',
  'base_num_parameters: 162304',
  'precision: "bfloat16"',
]
