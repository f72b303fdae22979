import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { partialRotation } from '../forward/rotation.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding, taskHeads } from '../shapes/headed-model.js'
import { PLAN } from '../tensor-plan.js'

/**
 * GPT-NeoX and Pythia (Black et al. 2022, arXiv:2204.06745): parallel attention and MLP, each with its own norm;
 * queries, keys and values in one projection.
 */
export const gptNeox = headedFamily({
  modelType: 'gpt_neox',
  dropout: { classifier_dropout: 0.1 },
  name: 'GPTNeoX',
  prefix: 'gpt_neox',
  defaults: {
    vocab_size: 50_432,
    hidden_size: 6144,
    intermediate_size: 24_576,
    num_hidden_layers: 44,
    num_attention_heads: 64,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const norm = layerNorm(hiddenSize)
    const bias = config.boolean('attention_bias', true)
    const layer = container('GPTNeoXLayer', {
      input_layernorm: norm,
      post_attention_layernorm: norm,
      attention: container(
        'GPTNeoXAttention',
        {
          query_key_value: linear(hiddenSize, 3 * hiddenSize, { bias }),
          dense: linear(hiddenSize, hiddenSize, { bias }),
        },
        { part: 'attention' },
      ),
      mlp: plainMlp({ ...sizes, bias: true, names: ['dense_h_to_4h', 'dense_4h_to_h'] }),
    })
    const model = container('GPTNeoXModel', {
      embed_in: embedding(vocabSize, hiddenSize),
      layers: repeated(layers, layer),
      final_layer_norm: norm,
    })
    const dimensions = decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false })
    return {
      model,
      heads: {
        ForCausalLM: { embed_out: outputEmbedding(dimensions, 'gpt_neox.embed_in') },
        ...taskHeads(hiddenSize, labelCount(config)),
      },
      dimensions,
    }
  },
  forward: (config, dimensions) => ({
    rotation: partialRotation(config, dimensions, 0.25, { share: 'rotary_pct' }),
    norm: 'layerNorm',
    attention: { keepsProjections: true },
    feedForward: { activation: config.string('hidden_act', 'gelu') },
    residual: { order: config.boolean('use_parallel_residual', true) ? 'parallel' : 'sequential' },
    dropout: {
      embeddings: config.number('hidden_dropout', 0),
      attended: config.number('hidden_dropout', 0),
      fed: config.number('hidden_dropout', 0),
      place: 'behindBlocks',
    },
  }),
  loraTargets: ['query_key_value'],
  tensorPlan: {
    ...PLAN,
    columns: ['query_key_value', 'dense_h_to_4h'],
    rows: ['dense', 'dense_4h_to_h'],
    gatheredColumns: ['embed_out'],
    embedding: 'embed_in',
  },
})
