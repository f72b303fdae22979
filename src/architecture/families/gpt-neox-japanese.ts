import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { partialRotation } from '../forward/rotation.js'
import { listOf } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** GPT-NeoX Japanese (ABEJA 2022, https://github.com/tanreinama/Japanese-BPEEncoder_V2): GPT-NeoX nearly without biases. */
export const gptNeoxJapanese = headedFamily({
  modelType: 'gpt_neox_japanese',
  name: 'GPTNeoXJapanese',
  prefix: 'gpt_neox_japanese',
  dropout: { attention_dropout: 0.1 },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 2560,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const { vocabSize, hiddenSize, layers } = stated
    const ffnSize = Math.floor(hiddenSize * config.number('intermediate_multiple_size', 4))
    const layer = (isLast: boolean) =>
      tree('GPTNeoXJapaneseLayer', {
        '{input,post_attention}_layernorm': layerNorm(hiddenSize),
        'attention.query_key_value': linear(hiddenSize, 3 * hiddenSize),
        'attention.dense': linear(hiddenSize, hiddenSize),
        'attention.dense_bias': isLast ? [hiddenSize] : undefined,
        'mlp.dense_h_to_4h': linear(hiddenSize, ffnSize),
        'mlp.dense_4h_to_h': linear(ffnSize, hiddenSize),
      })
    const model = tree('GPTNeoXJapaneseModel', {
      embed_in: embedding(vocabSize, hiddenSize),
      layers: listOf(layers, (index) => index === layers - 1, layer),
      final_layer_norm: layerNorm(hiddenSize),
    })
    const dimensions = decoderDimensions({ ...stated, ffnSize }, { gatedMlp: false })
    return {
      model,
      heads: { ForCausalLM: { embed_out: outputEmbedding(dimensions, 'gpt_neox_japanese.embed_in') } },
      dimensions,
    }
  },
  forward(config, dimensions) {
    const { features } = partialRotation(config, dimensions, 1, { share: 'rotary_pct' })
    return {
      keepsLayers: true,
      rotation: { features, frequencies: 'modelAndAttention' },
      masks: { size: 'forAllSequences' },
      norm: 'layerNorm',
      attention: {
        eagerOnly: true,
        written: { kind: 'addedProduct', rotatedFeatures: Number(features) },
        returnsWeights: true,
      },
      feedForward: { activation: config.string('hidden_act', 'gelu') },
      residual: { order: 'sequential', keepsNormalised: true },
      dropout: {
        attended: config.number('hidden_dropout', 0),
        fed: config.number('hidden_dropout', 0),
        place: 'inSum',
        fixed: ['attended', 'fed'],
      },
      logits: { prefill: 'allTokens' },
    }
  },
})
