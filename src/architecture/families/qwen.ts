import { fusedAttention } from '../blocks/attention.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { ForwardPass } from '../forward/index.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** Qwen 1 (Bai et al. 2023, arXiv:2309.16609), in the classes of its authors: GPT-2's names, Llama's parts. */
export const qwen = headedFamily({
  modelType: 'qwen',
  name: 'QWen',
  prefix: 'transformer',
  fieldNames: {
    hidden_size: 'n_embd',
    intermediate_size: 'ffn_hidden_size',
    num_hidden_layers: 'n_layer',
    num_attention_heads: 'n_head',
    vocab_size: 'padded_vocab_size',
    max_position_embeddings: 'seq_length',
  },
  defaults: {
    vocab_size: 151_936,
    hidden_size: 4096,
    intermediate_size: 22_016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 8192,
    tie_word_embeddings: false,
  },
  build(stated, config) {
    // The config's number is that of both projections up together.
    const sizes = { ...stated, ffnSize: Math.floor(stated.ffnSize / 2), headDim: config.positive('kv_channels', 128) }
    const { vocabSize, hiddenSize, layers } = sizes
    const bias = !config.boolean('no_bias', true)
    const norm = rmsNorm(hiddenSize)
    const layer = container('QWenBlock', {
      ln_1: norm,
      attn: fusedAttention({
        ...sizes,
        qkvBias: true,
        outputBias: bias,
        names: ['c_attn', 'c_proj'],
        type: 'QWenAttention',
      }),
      ln_2: norm,
      mlp: gatedMlp({ ...sizes, bias, names: ['w2', 'w1', 'c_proj'], type: 'QWenMLP' }),
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: true })
    return {
      model: container('QWenModel', {
        wte: embedding(vocabSize, hiddenSize),
        h: repeated(layers, layer),
        ln_f: norm,
      }),
      heads: { LMHeadModel: { lm_head: outputEmbedding(dimensions, 'transformer.wte') } },
      dimensions,
    }
  },
  forward: qwenForward,
})

function qwenForward(config: ConfigReader, { layers }: Dimensions): ForwardPass {
  const headDim = config.positive('kv_channels', 128)
  const share = config.number('rotary_pct', 1)
  const rotatedFeatures = share === 1 ? headDim : Math.floor(headDim * share)
  const usesFlash = config.raw('use_flash_attn') !== false
  const scaledBehind = config.boolean('use_logn_attn', true) ? config.positive('seq_length', 8192) : undefined
  const rate = config.number('emb_dropout_prob', 0)
  return {
    places: 'unused',
    norm: 'rmsNormInFunction',
    // Each layer has a table of logarithms and a number as buffers.
    bufferElements: layers * (LOGARITHMS + 1),
    float32BufferElements: rotatedFeatures / 2,
    keptTables: { features: 2 * rotatedFeatures, times: 2, least: 16 },
    attention: { written: { kind: 'tokensFirst', rotatedFeatures, usesFlash, scaledBehind } },
    feedForward: { activation: 'silu' },
    residual: { order: 'sequential', keepsNormalised: 'untilNext', keepsSecond: true, keepsAttended: true },
    dropout: { embeddings: rate, attention: 0 },
    recomputes: 'reentrant',
    logits: { prefill: 'allTokens', shifts: 'beside' },
    says: [
      usesFlash
        ? "Qwen's code uses flash-attn if it is installed, which is assumed; pass `attention: 'efficient'` without it"
        : "`use_flash_attn` is false: Qwen's code uses torch's own attention",
    ],
    undescribed: config.boolean('use_cache_quantization', false)
      ? '`use_cache_quantization` keeps the cache in 8 bits, which has no model: set it to false to estimate'
      : undefined,
  }
}

/** `logn_tensor` has a number for each place up to this one. */
const LOGARITHMS = 32_767
