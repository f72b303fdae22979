import { type ConfigObject, isObject } from './config-object.js'
import type { ConfigType } from './config-types.js'
import { describeValue } from './config-values.js'
import { otherNames } from './other-names.js'
import { type Problem, stated } from './problem.js'
import { unusableRopes } from './unusable-rope.js'

/**
 * Finds values of the right type that no model can be built of: activations and kinds of rope that transformers does not know, and
 * heads that are none or that do not divide a width.
 *
 * @param config - a config, or a part of one
 * @param type - its class
 * @param vocabSize - the size of its vocabulary where the config does not state it
 */
export function* unusableValues(config: ConfigObject, type: ConfigType, vocabSize?: number): Generator<Problem> {
  const { fields } = type
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
  yield* otherNames(config, type)
  yield* unequalHeads(config, fields)
  yield* refusedSizes(config, fields)
  yield* unusableRopes(config, type)
  yield* unusablePadding(config, fields, vocabSize)
  if (stated(config, 'num_labels') !== undefined && !isObject(stated(config, 'id2label'))) {
    const labels = config['num_labels']
    const isCount = isInteger(labels) || typeof labels === 'boolean'
    if (!isCount) yield [['num_labels'], `${describeValue(labels)}: transformers expects an integer, and fails`]
  }
}

/** A padding token that is not among the embeddings. A negative one counts from the end. */
function* unusablePadding(
  config: ConfigObject,
  fields: ConfigType['fields'],
  usual: number | undefined,
): Generator<Problem> {
  const default_ = fields.get(PADS)
  const words = Object.hasOwn(config, 'vocab_size') ? config['vocab_size'] : usual
  if (default_ === undefined || !isInteger(words) || words < 1) return
  const isStated = Object.hasOwn(config, 'pad_token_id')
  const token = isStated ? config['pad_token_id'] : Number(default_)
  if (!isInteger(token) || (token < words && token >= -words)) return
  const found = isStated ? `${token}` : `absent, which means ${token}`
  yield [['pad_token_id'], `${found}: transformers refuses it, since the vocabulary has ${words} tokens`]
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

function isInteger(value: unknown): value is number {
  return Number.isInteger(value)
}

const HEADS = /(^|_)(heads|head_dim)$/

const ROTATED = ['head_dim', 'qk_rope_head_dim']

/** Stands among the fields of a class that refuses a padding token beyond its vocabulary, with the token that it has by default. */
const PADS = '!pad'

/** Stands among the fields of a class that refuses heads which do not divide `hidden_size`, whatever `head_dim` is. */
const DIVIDES = '!'

const SHARING_HEADS = ['num_attention_heads', 'num_heads', 'encoder_attention_heads', 'decoder_attention_heads']

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
