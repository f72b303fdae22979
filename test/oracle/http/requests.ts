import { Random } from '../random.js'

/** A request to the create route. */
export interface CreateRequest {
  /** The workspace in the path, decoded. */
  readonly workspace: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Requests of every sort, the same for the same seed: most are refused for one thing, some for several. */
export function* requests(count: number, seed: number): Generator<CreateRequest> {
  const random = new Random(seed)
  for (let index = 0; index < count; index += 1) yield request(random, `n${seed}-${index}`)
}

function request(random: Random, freshName: string): CreateRequest {
  const workspace = random.chance(0.7) ? 'default' : text(random, WORKSPACES)
  const name = random.chance(0.4) ? freshName : text(random, NAMES)
  const body: Record<string, unknown> = { name }
  if (random.chance(0.35)) body['fileset'] = text(random, FILESETS)
  if (random.chance(0.25)) body['project'] = text(random, PROJECTS)
  if (random.chance(0.15)) {
    body['spec'] = { ...SPEC, tool_call_config: { tool_call_plugin: random.pick(['w/p', '', ' ', null, 'p']) } }
  }
  if (random.chance(0.1)) body['trust_remote_code'] = random.pick([true, false, 'yes'])
  if (random.chance(0.1)) body['base_model'] = random.pick(['x', 'A B/c/d', '', 'default/none', 'ab'])
  if (random.chance(0.1)) body['model_providers'] = random.pick([[], ['a/b/c', ''], null, ['x']])
  if (random.chance(0.1)) body['prompt'] = { inference_params: random.pick(PARAMETERS) }
  if (random.chance(0.05)) body['custom_fields'] = { a: nested(random.pick([3, 252, 253, 254, 255, 256, 300])) }
  return { workspace, body }
}

function text(random: Random, texts: readonly string[]): string {
  const written = random.pick(texts)
  return random.chance(0.3) ? random.edited(written, PIECES) || written : written
}

/** A list in a list, so many deep. */
function nested(depth: number): unknown {
  let value: unknown = []
  for (let at = 1; at < depth; at += 1) value = [value]
  return value
}

const NAMES = [
  ...[
    'a',
    'ab',
    'Ab',
    'a_b',
    'a.b',
    'a--b',
    'a-',
    '1a',
    '-a',
    '_a',
    'a_',
    'a.',
    'a..b',
    '.',
    '..',
    '...',
    'é',
    'aé',
    'a日',
  ],
  ...['llama 3', 'Llama-3.1-8B', 'ab/cd', '', 'a@b', 'a+b', 'x.y-z_w', 'a\u0301b', 'a\u200db', 'a٣', 'taken', 'taken'],
  ...[62, 63, 64, 255, 256].map((length) => 'a'.repeat(length)),
]

const FILESETS = [
  ...[
    'a/b/c',
    '',
    ' ',
    'fileset://default/x',
    'Default/X',
    '/x',
    'x/',
    'default/none',
    'none',
    'a b',
    ' default/x ',
    '//',
  ],
  ...[
    'x//y',
    'hf://org/x',
    '.',
    '..',
    'w/.',
    './x',
    "a'b/c/d",
    'a"b\'/c/d',
    'a\\b/c/d',
    'a\tb/c/d',
    '\u00ad/a/b',
    '\u2028/a/b',
  ],
  ...[
    'already exists',
    'already exists/a/b',
    '\u3000x\u3000',
    '\u001cx/y',
    '\ufeffx/y',
    'é/ü',
    '🦙/a/b',
    'a?b',
    'a#b',
    'a%2fb',
    '\u0085/',
  ],
]

const PROJECTS = ['p', 'é/x', 'a b', '', '/', 'nlp/llama', '..', 'P.q-r_s', 'a\u00ad']

const WORKSPACES = [
  ...[
    'none',
    'Default',
    'a b',
    'system',
    '-',
    'd'.repeat(256),
    '.',
    '..',
    'é',
    'a@b',
    'a+b',
    'a:b',
    'a!b',
    "a'b",
    'a"b\'',
    'a\nb',
  ],
  ...[
    'already exists',
    '\u00ad',
    '\u2028',
    'é '.repeat(17),
    'xé '.repeat(17),
    'ab '.repeat(16),
    '🦙 '.repeat(12),
    'a\\ '.repeat(14),
    '%',
    'x?y#z',
  ],
]

const PIECES = [...'abA19-_.@+/ éü日!\'"\\', '--', '..', '\u00ad', '🦙']

const PARAMETERS = [
  { max_tokens: 5, max_completion_tokens: 5 },
  { max_tokens: 5, max_completion_tokens: null },
  { max_tokens: 0, max_completion_tokens: 5 },
  { temperature: 0, top_k: 5 },
  { a: nested(253) },
  { a: nested(254) },
  { a: nested(256) },
]

const SPEC = {
  checkpoint_model_name: 'x',
  family: 'llama',
  num_layers: 1,
  hidden_size: 8,
  num_attention_heads: 1,
  num_kv_heads: 1,
  ffn_hidden_size: 8,
  vocab_size: 8,
  tied_embeddings: true,
  gated_mlp: true,
  base_num_parameters: 8,
  precision: 'x',
}
