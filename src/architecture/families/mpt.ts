import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { ForwardPass } from '../forward/index.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding, taskHeads } from '../shapes/headed-model.js'

/**
 * MPT (MosaicML 2023, https://www.databricks.com/blog/mpt-7b): no biases, norms without a bias, ALiBi instead of position embeddings.
 * Whatever `attn_config`, `no_bias` and `expansion_ratio` say, transformers builds multi-head attention and an MLP four
 * times as wide.
 */
export const mpt = headedFamily({
  modelType: 'mpt',
  name: 'Mpt',
  prefix: 'transformer',
  fieldNames: {
    hidden_size: 'd_model',
    num_hidden_layers: 'n_layers',
    num_attention_heads: 'n_heads',
    max_position_embeddings: 'max_seq_len',
  },
  defaults: {
    vocab_size: 50_368,
    hidden_size: 2048,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const { vocabSize, hiddenSize, layers } = stated
    const sizes = { ...stated, ffnSize: 4 * hiddenSize }
    const norm = layerNorm(hiddenSize, { bias: false })
    const layer = container('MptBlock', {
      norm_1: norm,
      attn: container(
        'MptAttention',
        { Wqkv: linear(hiddenSize, 3 * hiddenSize), out_proj: linear(hiddenSize, hiddenSize) },
        { part: 'attention' },
      ),
      norm_2: norm,
      ffn: plainMlp({ ...sizes, bias: false }),
    })
    const model = container('MptModel', {
      wte: embedding(vocabSize, hiddenSize),
      blocks: repeated(layers, layer),
      norm_f: norm,
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return {
      model,
      heads: {
        ForCausalLM: { lm_head: outputEmbedding(dimensions, 'transformer.wte') },
        ...taskHeads(hiddenSize, labelCount(config)),
      },
      dimensions,
    }
  },
  forward: (config) => ({
    places: 'none',
    alibi: { maskDtype: 'float32', everyPosition: config.positive(['max_seq_len', 'max_position_embeddings'], 2048) },
    norm: 'layerNorm',
    attention: {
      eagerOnly: true,
      eager: { layerMask: 'last', softmax: 'castFirst', keepsMasked: true },
      returnsWeights: true,
      clamped: config.object('attn_config').has('clip_qkv'),
    },
    feedForward: { activation: 'gelu' },
    residual: {
      order: 'sequential',
      keepsAttended: true,
      keepsNormalised: 'untilNext',
      keepsSecond: true,
      addedIn: 'network',
    },
    ...mptDropout(config.object('attn_config').number('attn_pdrop', 0)),
    logits: { prefill: 'allTokens', labelled: 'model', labelsCache: false },
  }),
  loraTargets: ['Wqkv'],
})

/** The code has one rate for attention and for the outputs of blocks. */
function mptDropout(rate: number): Pick<ForwardPass, 'dropout' | 'rates'> {
  return {
    dropout: { attention: rate, attended: rate, fed: rate, place: 'inSum', fixed: ['attention', 'fed'] },
    ...(rate > 0 && { rates: { 'attn_config.attn_pdrop': rate } }),
  }
}
