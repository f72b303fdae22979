import { type ConfigObject, isObject } from './config-object.js'
import { describeValue } from './config-reader.js'
import type { ConfigType } from './config-types.js'

/** What is wrong with a value of a config whose type is right: where it is, and a sentence without its subject. */
export type Problem = readonly [place: readonly string[], problem: string]

/**
 * Finds values of the right type that no model can be built of: activations and kinds of rope that transformers does not know, and
 * heads that are none or that do not divide a width.
 *
 * @param config - a config, or a part of one
 * @param type - its class
 */
export function* unusableValues(config: ConfigObject, { fields }: ConfigType): Generator<Problem> {
  for (const [name, accepted] of fields) {
    const value = stated(config, name)
    if (ACTIVATION_FIELDS.has(name) && typeof value === 'string' && !ACTIVATIONS.has(value)) {
      yield [[name], `${describeValue(value)}: transformers has no activation of that name`]
    }
    if (accepted.startsWith('i') && HEADS.test(name) && isInteger(value) && value < 1) {
      yield [[name], `${value}: transformers cannot build or run such a model`]
    }
  }
  yield* unusableProjection(stated(config, 'feed_forward_proj'))
  yield* noWidth(config, fields)
  yield* otherNames(config, fields)
  yield* unequalHeads(config, fields)
  yield* refusedSizes(config, fields)
  if (ROPES.some((name) => fields.has(name) || fields.has('rope_theta'))) {
    for (const name of ROPES) yield* unusableRope(stated(config, name), [name])
  }
  if (stated(config, 'num_labels') !== undefined && !isObject(stated(config, 'id2label'))) {
    const labels = config['num_labels']
    const isCount = isInteger(labels) || typeof labels === 'boolean'
    if (!isCount) yield [['num_labels'], `${describeValue(labels)}: transformers expects an integer, and fails`]
  }
}

/** T5's name of an activation, with `gated-` in front where the MLP has a gate. */
function* unusableProjection(projection: unknown): Generator<Problem> {
  const isKnown = typeof projection !== 'string' || ACTIVATIONS.has(projection.replace(/^gated-/, ''))
  const problem = `${describeValue(projection)}: transformers has no activation of that name`
  if (!isKnown) yield [['feed_forward_proj'], problem]
}

/** Sizes of T5 and of encoders of images by whose root 4.57 divides when it fills the weights. */
function* noWidth(config: ConfigObject, fields: ConfigType['fields']): Generator<Problem> {
  for (const name of ['d_ff', 'd_kv', ...(fields.has('patch_size') ? ['intermediate_size'] : [])]) {
    if (fields.has(name) && stated(config, name) === 0) yield [[name], '0: transformers 4.57 divides by it, and fails']
  }
}

/**
 * Sizes that stand under two names with different values, or under their other name with null. transformers 5 sets the field by
 * its other name (`attribute_map`) after the field itself.
 */
function* otherNames(config: ConfigObject, fields: ConfigType['fields']): Generator<Problem> {
  for (const { alias, of, unless } of OTHER_NAMES) {
    const own = of.find((name) => fields.has(name))
    if (own === undefined || fields.has(alias) || stated(config, alias) === undefined) continue
    if (unless !== undefined && fields.has(unless)) continue
    const value = describeValue(stated(config, alias))
    const field = describeValue(stated(config, own))
    if (stated(config, alias) === null) {
      yield [[alias], `null: transformers 5 takes that for ${own}, and fails`]
    } else if (stated(config, own) !== undefined && field !== value) {
      yield [
        [own],
        `${field}, and ${value} under its other name, ${alias}: transformers 5 takes ${value}, earlier versions one of the two`,
      ]
    }
  }
}

/** Heads that share the width of the part among them, where both are stated. */
function* unequalHeads(config: ConfigObject, fields: ConfigType['fields']): Generator<Problem> {
  if (fields.has('head_dim') || (fields.has('num_key_value_heads') && !fields.has('patch_size'))) return
  const width = ['hidden_size', 'd_model', 'embed_dim'].find((name) => fields.has(name))
  const size = width === undefined ? undefined : stated(config, width)
  if (!isInteger(size)) return
  for (const name of SHARING_HEADS) {
    const heads = fields.has(name) ? stated(config, name) : undefined
    if (isInteger(heads) && heads > 0 && size % heads !== 0) {
      yield [
        [name],
        `${heads}, which does not divide ${width}, ${size}: transformers refuses it, or rounds the size of a head down`,
      ]
    }
  }
}

/** Sizes that the classes of transformers 5 compare with each other, where they are stated. */
function* refusedSizes(config: ConfigObject, fields: ConfigType['fields']): Generator<Problem> {
  const sizes = (names: readonly string[]): readonly number[] => {
    const found = names.map((name) => (fields.has(name) ? stated(config, name) : undefined)).filter(isInteger)
    return found.length === names.length && found.every((size) => size > 0) ? found : []
  }
  for (const name of ROTATED) {
    const [size = 0] = fields.has('rope_parameters') ? sizes([name]) : []
    const isWhole = !/"partial_rotary_factor":/.test(JSON.stringify(config))
    if (size > 4 && size % 2 === 1 && isWhole) {
      yield [[name], `${size}: transformers 5 refuses a head with rotary embeddings whose size is odd`]
    }
  }
  const [width, heads] = sizes(fields.has(DIVIDES) ? ['hidden_size', 'num_attention_heads'] : [])
  if (width !== undefined && heads !== undefined && width % heads !== 0) {
    yield [
      ['num_attention_heads'],
      `${heads}: transformers 5 refuses it, since it does not divide hidden_size, ${width}`,
    ]
  }
  const [hidden, expand, mambaHeads] = sizes(['hidden_size', 'mamba_expand', 'mamba_n_heads'])
  if (
    hidden !== undefined &&
    expand !== undefined &&
    mambaHeads !== undefined &&
    (hidden * expand) % mambaHeads !== 0
  ) {
    const product = 'mamba_expand times hidden_size'
    yield [
      ['mamba_n_heads'],
      `${mambaHeads}: transformers refuses it, since it does not divide ${product}, ${hidden * expand}`,
    ]
  }
}

/** The values of rotary embeddings, for all layers or by the kind of layer. */
function* unusableRope(rope: unknown, place: readonly string[]): Generator<Problem> {
  if (!isObject(rope)) return
  if (place.includes('rope_scaling') && !Object.hasOwn(rope, 'rope_type') && !Object.hasOwn(rope, 'type')) {
    yield [[...place, 'rope_type'], 'absent: some classes of transformers 4.57 expect it, and fail']
  }
  for (const [name, value] of Object.entries(rope)) {
    if (name === 'rope_theta' && typeof value !== 'number') {
      yield [[...place, name], `${describeValue(value)}: transformers expects a number, and fails`]
    }
    if ((name === 'rope_type' || name === 'type') && !(typeof value === 'string' && ROPE_TYPES.has(value))) {
      yield [[...place, name], `${describeValue(value)}: transformers has no rotary embedding of that name`]
    }
    const isMissing = value === null ? ROPE_SIZES.has(name) : typeof value !== 'number'
    if (ROPE_NUMBERS.has(name) && isMissing) {
      yield [[...place, name], `${describeValue(value)}: transformers expects a number, and fails`]
    }
    if (LAYERS_WITH_ROPE.has(name)) {
      if (isObject(value)) {
        if (!Object.hasOwn(value, 'rope_theta')) {
          yield [[...place, name, 'rope_theta'], 'absent: transformers 5 expects it for each kind of layer, and fails']
        }
        yield* unusableRope(value, [...place, name])
      } else if (value !== null)
        yield [[...place, name], `${describeValue(value)}: transformers expects an object, and fails`]
    }
  }
}

function stated(config: ConfigObject, name: string): unknown {
  return Object.hasOwn(config, name) ? config[name] : undefined
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value)
}

interface OtherName {
  readonly alias: string
  readonly of: readonly string[]
  /** A field of the classes for which it is no other name. */
  readonly unless?: string
}

/** Other names of sizes in the `attribute_map` of transformers 5, where no family's own table has them. */
const OTHER_NAMES: readonly OtherName[] = [
  { alias: 'hidden_size', of: ['d_model', 'n_embd', 'dim'] },
  {
    alias: 'num_hidden_layers',
    of: ['num_layers', 'n_layer', 'n_layers', 'depth', 'encoder_layers'],
    unless: 'zero_expert_num',
  },
  {
    alias: 'num_attention_heads',
    of: ['num_heads', 'n_head', 'n_heads', 'encoder_attention_heads', 'attention_heads'],
    unless: 'state_size',
  },
  { alias: 'intermediate_size', of: ['encoder_ffn_dim'], unless: 'decoder_ffn_dim' },
  { alias: 'max_position_embeddings', of: ['n_positions'] },
  { alias: 'num_local_experts', of: ['n_routed_experts'], unless: 'zero_expert_num' },
  { alias: 'num_experts', of: ['moe_num_experts'] },
  { alias: 'layer_types', of: ['layers_block_type'] },
]

const HEADS = /(^|_)(heads|head_dim)$/

const ROTATED = ['head_dim', 'qk_rope_head_dim']

/** Stands among the fields of a class that refuses heads which do not divide `hidden_size`, whatever `head_dim` is. */
const DIVIDES = '!'

const SHARING_HEADS = ['num_attention_heads', 'num_heads', 'encoder_attention_heads', 'decoder_attention_heads']

const ROPES = ['rope_parameters', 'rope_scaling']

const LAYERS_WITH_ROPE: ReadonlySet<string> = new Set(['full_attention', 'sliding_attention', 'chunked_attention'])

const ROPE_SIZES: ReadonlySet<string> = new Set(['factor', 'original_max_position_embeddings'])

const ROPE_NUMBERS: ReadonlySet<string> = new Set([
  ...[...ROPE_SIZES, 'beta_fast', 'beta_slow', 'attention_factor', 'partial_rotary_factor', 'mscale', 'mscale_all_dim'],
  ...['low_freq_factor', 'high_freq_factor'],
])

/** `ROPE_INIT_FUNCTIONS` and the names that models of their own have for theirs. */
const ROPE_TYPES: ReadonlySet<string> = new Set([
  ...['default', 'linear', 'dynamic', 'yarn', 'longrope', 'llama3', 'proportional', 'axial', 'mrope', 'su'],
  ...['deepseek_yarn', 'xdrope'],
])

const ACTIVATION_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'hidden_act',
    'hidden_activation',
    'activation_function',
    'projector_hidden_act',
    'activation',
    'feat_extract_activation',
  ],
])

/** `ACT2CLS` of transformers 5.24.0. */
const ACTIVATIONS: ReadonlySet<string> = new Set([
  ...['gelu', 'gelu_10', 'gelu_accurate', 'gelu_fast', 'gelu_new', 'gelu_python', 'gelu_python_tanh', 'hardswish'],
  ...['gelu_pytorch_tanh', 'laplace', 'leaky_relu', 'linear', 'mish', 'prelu', 'quick_gelu', 'relu', 'relu2', 'relu6'],
  ...['sigmoid', 'silu', 'sqrtsoftplus', 'swish', 'tanh', 'xielu'],
])
