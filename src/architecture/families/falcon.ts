import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { ConfigReader } from '../config-reader.js'
import { type Children, container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding, taskHeads } from '../shapes/headed-model.js'

/**
 * Falcon (Almazrouei et al. 2023, arXiv:2311.16867): parallel attention and MLP; one head of keys and values for all
 * (7B), or groups of them (40B and 180B, `new_decoder_architecture`).
 */
export const falcon = headedFamily({
  modelType: 'falcon',
  hidesKeyHeads: true,
  name: 'Falcon',
  prefix: 'transformer',
  defaults: {
    vocab_size: 65_024,
    hidden_size: 4544,
    intermediate_size: 0,
    num_hidden_layers: 32,
    num_attention_heads: 71,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    // `n_embed` takes precedence over `hidden_size`, but not for the width of the MLP.
    const hiddenSize = config.positive(config.has('n_embed') ? 'n_embed' : 'hidden_size', 4544)
    const ffnSize = config.derived('ffn_hidden_size', 4 * stated.hiddenSize)
    const { vocabSize, layers, heads } = stated
    const headDim = Math.floor(hiddenSize / heads)
    const kvHeads = kvHeadCount(config, heads)
    const norm = layerNorm(hiddenSize)
    const bias = config.boolean('bias', false)
    const layer = container('FalconDecoderLayer', {
      self_attention: container(
        'FalconAttention',
        {
          query_key_value: linear(hiddenSize, hiddenSize + 2 * kvHeads * headDim, { bias }),
          dense: linear(hiddenSize, hiddenSize, { bias }),
        },
        { part: 'attention' },
      ),
      mlp: plainMlp({ hiddenSize, ffnSize, bias, names: ['dense_h_to_4h', 'dense_4h_to_h'] }),
      ...layerNorms(config, norm),
    })
    const model = container('FalconModel', {
      word_embeddings: embedding(vocabSize, hiddenSize),
      h: repeated(layers, layer),
      ln_f: norm,
    })
    const dimensions = decoderDimensions({ ...stated, hiddenSize, ffnSize, headDim, kvHeads }, { gatedMlp: false })
    return {
      model,
      heads: {
        ForCausalLM: { lm_head: outputEmbedding(dimensions, 'transformer.word_embeddings') },
        ...taskHeads(hiddenSize, labelCount(config)),
      },
      dimensions,
    }
  },
  forward: (config) => ({
    rotation: { features: 'all' },
    ...(config.boolean('alibi', false) && { alibi: { maskDtype: 'int64' } }),
    masks: { size: 'square' },
    norm: 'layerNorm',
    linear: 'writtenOut',
    attention: {
      sharedHeads: 'indexed',
      eager: config.boolean('alibi', false)
        ? { biased: true }
        : { scale: 'inPlace', keepsScores: true, softmax: 'scores' },
      returnsWeights: true,
      keepsProjections: true,
    },
    feedForward: { activation: config.string('activation', 'gelu') },
    dropout: {
      // Without ALiBi, the code drops nothing in attention.
      ...(!config.boolean('alibi', false) && { attention: 0 }),
      attended: config.number('attention_dropout', 0),
      fed: config.number('hidden_dropout', 0),
      place: 'inSum',
      fixed: ['attended', 'fed'],
    },
    residual: config.boolean('parallel_attn', true)
      ? { order: 'parallel', sum: 'blocksInPlace', normsFirst: true, keepsNormalised: true }
      : { order: 'sequential', keepsNormalised: true, keepsSecond: true, keepsAttended: true },
  }),
  loraTargets: ['query_key_value'],
})

/** Only the new architecture reads `num_kv_heads`. In the old one all heads share one, or each has its own. */
function kvHeadCount(config: ConfigReader, heads: number): number {
  if (config.boolean('new_decoder_architecture', false)) return config.derived(['num_kv_heads', 'n_head_kv'], heads)
  return config.boolean('multi_query', true) ? 1 : heads
}

/** A norm before each of two sequential blocks, one shared norm before two parallel blocks, or a norm for each of the two. */
function layerNorms(config: ConfigReader, norm: ReturnType<typeof layerNorm>): Children {
  if (!config.boolean('parallel_attn', true)) return { post_attention_layernorm: norm, input_layernorm: norm }
  const absent = config.boolean('new_decoder_architecture', false) ? 2 : 1
  const norms = config.derived('num_ln_in_parallel_attn', absent)
  return norms === 2 ? { ln_attn: norm, ln_mlp: norm } : { input_layernorm: norm }
}
