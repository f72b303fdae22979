import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { container, listOf, type Module } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** RWKV 4 (Peng et al. 2023, arXiv:2305.13048): a recurrence over time with a decay for each channel, instead of attention. */
export const rwkv = headedFamily({
  modelType: 'rwkv',
  name: 'Rwkv',
  prefix: 'rwkv',
  defaults: {
    vocab_size: 50_277,
    hidden_size: 4096,
    num_hidden_layers: 32,
    num_attention_heads: 1,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, ffnSize, tiedEmbeddings } = sizes
    const norm = layerNorm(hiddenSize)
    const block = (first: boolean): Module =>
      container('RwkvBlock', {
        pre_ln: first ? norm : undefined,
        ln1: norm,
        ln2: norm,
        attention: timeMix(config, hiddenSize),
        feed_forward: channelMix(hiddenSize, ffnSize),
      })
    const dimensions = {
      ...{
        layers,
        hiddenSize,
        heads: 0,
        kvHeads: 0,
        ffnHiddenSize: ffnSize,
        vocabSize,
        tiedEmbeddings,
        gatedMlp: false,
      },
      contextTokens: config.integer('context_length', 1024),
    }
    return {
      model: container('RwkvModel', {
        embeddings: embedding(vocabSize, hiddenSize),
        blocks: listOf(layers, (index) => index === 0, block),
        ln_out: norm,
      }),
      heads: { ForCausalLM: { head: outputEmbedding(dimensions, 'rwkv.embeddings') } },
      dimensions,
    }
  },
  forward: () => ({
    norm: 'layerNorm',
    mixers: { attention: { kind: 'timeMix', states: 'parts' } },
    // What is between the projections of the feed-forward network, where no kind of mixer reads it.
    feedForward: { activation: 'silu' },
    residual: { order: 'sequential', keepsAttended: true },
    logits: { prefill: 'allTokens' },
  }),
  keptInFloat32: ['time_decay', 'time_first'],
  keepsFloat32: 'inFloat16',
  loraTargets: ['key', 'value', 'receptance', 'output'],
})

function timeMix(config: ConfigReader, hiddenSize: number): Module {
  const features = config.derived('attention_hidden_size', hiddenSize)
  const into = linear(hiddenSize, features)
  const mix = [1, 1, hiddenSize]
  return container(
    'RwkvSelfAttention',
    { key: into, value: into, receptance: into, output: linear(features, hiddenSize) },
    {
      part: 'recurrence',
      // The sums of keys and of values, their scale, and the last token.
      state: { elements: 3 * features + hiddenSize },
      parameters: {
        time_decay: [features],
        time_first: [features],
        time_mix_key: mix,
        time_mix_value: mix,
        time_mix_receptance: mix,
      },
    },
  )
}

function channelMix(hiddenSize: number, ffnSize: number): Module {
  const mix = [1, 1, hiddenSize]
  return container(
    'RwkvFeedForward',
    {
      key: linear(hiddenSize, ffnSize),
      receptance: linear(hiddenSize, hiddenSize),
      value: linear(ffnSize, hiddenSize),
    },
    { part: 'mlp', state: { elements: hiddenSize }, parameters: { time_mix_key: mix, time_mix_receptance: mix } },
  )
}
