import { attention } from '../blocks/attention.js'
import { convolution } from '../blocks/convolution.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { tree } from '../blocks/tree.js'
import type { ConfigReader } from '../config-reader.js'
import { container, repeated } from '../module.js'
import { moonshineProgram } from '../program/moonshine.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** Moonshine (Jeffries et al. 2024, arXiv:2410.15608): speech recognition on the sound itself, with rotary positions. */
export const moonshine = headedFamily({
  modelType: 'moonshine',
  name: 'Moonshine',
  prefix: 'model',
  fieldNames: {
    num_hidden_layers: 'encoder_num_hidden_layers',
    num_attention_heads: 'encoder_num_attention_heads',
  },
  defaults: {
    vocab_size: 32_768,
    hidden_size: 288,
    intermediate_size: 1152,
    num_hidden_layers: 6,
    num_attention_heads: 8,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const { hiddenSize, vocabSize } = stated
    const headDim = config.optionalInteger('head_dim')
    const ffnSize = config.integer('intermediate_size', 1152)
    const norm = layerNorm(hiddenSize, { bias: false })
    const encoderHeads = headsOf(config, 'encoder')
    const decoderHeads = headsOf(config, 'decoder')
    doubtHeads(config, encoderHeads, decoderHeads)
    doubtNames(config)
    const bias = config.boolean('attention_bias', false)
    const attend = (heads: Heads) =>
      attention({ ...heads, hiddenSize, headDim: headDim ?? Math.floor(hiddenSize / heads.heads), qkvBias: bias })
    const names = ['fc1', 'fc2'] as const
    const encoderLayer = container('MoonshineEncoderLayer', {
      self_attn: attend(encoderHeads),
      mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names }),
      input_layernorm: norm,
      post_attention_layernorm: norm,
    })
    const decoderLayer = container('MoonshineDecoderLayer', {
      self_attn: attend(decoderHeads),
      encoder_attn: attend(decoderHeads),
      // The first layer also makes a gate.
      mlp: container(
        'MoonshineDecoderMLP',
        {
          fc1: linear(hiddenSize, 2 * ffnSize, { bias: true }),
          fc2: linear(ffnSize, hiddenSize, { bias: true }),
        },
        { part: 'mlp' },
      ),
      input_layernorm: norm,
      post_attention_layernorm: norm,
      final_layernorm: norm,
    })
    const { layers } = stated
    const encoder = tree('MoonshineEncoder', {
      conv1: convolution(1, hiddenSize, [127], { bias: false }),
      conv2: convolution(hiddenSize, 2 * hiddenSize, [7]),
      conv3: convolution(2 * hiddenSize, hiddenSize, [3]),
      groupnorm: layerNorm(hiddenSize),
      layers: repeated(layers, encoderLayer),
      layer_norm: norm,
    })
    const decoder = tree('MoonshineDecoder', {
      embed_tokens: embedding(vocabSize, hiddenSize),
      layers: repeated(config.integer('decoder_num_hidden_layers', 6), decoderLayer),
      norm,
    })
    const sizes = { ...stated, ...encoderHeads, layers, ffnSize, headDim: headDim ?? stated.headDim }
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return {
      model: container('MoonshineModel', { encoder, decoder }),
      heads: { ForConditionalGeneration: { proj_out: outputEmbedding(dimensions, 'model.decoder.embed_tokens') } },
      dimensions,
    }
  },
  program(config, dimensions, className) {
    if (!className.endsWith('ForConditionalGeneration')) return undefined
    const { heads, kvHeads } = headsOf(config, 'encoder')
    const decoder = headsOf(config, 'decoder')
    const program = moonshineProgram(config, { ...dimensions, heads })
    const areEqual = [kvHeads, decoder.heads, decoder.kvHeads].every((count) => count === heads)
    return areEqual ? program : { ...program, undescribed: UNEQUAL_HEADS }
  },
})

const UNEQUAL_HEADS =
  "transformers 4.57 views all queries with the number of the decoder's heads of keys, and stops where another number of heads differs from it: give encoder and decoder as many heads, and as many of keys and values"

interface Heads {
  readonly heads: number
  readonly kvHeads: number
}

/** The heads of a stack. A name without a stack means the encoder's, and wins (`attribute_map` of its config class). */
function headsOf(config: ConfigReader, stack: 'encoder' | 'decoder'): Heads {
  const nameOf = (field: string) => (stack === 'encoder' && config.has(field) ? field : `${stack}_${field}`)
  const heads = config.positive(nameOf('num_attention_heads'), 8)
  // The config class takes the default before a name without a stack counts.
  const stated = config.positive(`${stack}_num_attention_heads`, 8)
  return { heads, kvHeads: config.derived(nameOf('num_key_value_heads'), stated) }
}

/** Two names for one size. */
function doubtNames(config: ConfigReader): void {
  const [common, own] = ['num_key_value_heads', 'encoder_num_key_value_heads'].map((name) =>
    config.optionalInteger(name),
  )
  if (common !== undefined && own !== undefined && common !== own)
    config.doubt(
      `num_key_value_heads is ${common}, and encoder_num_key_value_heads ${own}: both mean the encoder's, and the first counts, as in transformers 4.57.`,
    )
}

/** The encoder of transformers 5 writes its heads where the decoder then reads its own. */
function doubtHeads(config: ConfigReader, encoder: Heads, decoder: Heads): void {
  if (encoder.heads !== decoder.heads || encoder.kvHeads !== decoder.kvHeads) {
    config.doubt(
      'The heads of encoder and decoder differ: transformers 5 gives the decoder those of the encoder. Those of the config are used here, as in 4.57.',
    )
  }
}
