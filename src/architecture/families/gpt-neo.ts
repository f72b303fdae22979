import { attention } from '../blocks/attention.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { FAIRSEQ_NAMES } from '../blocks/fairseq-layer.js'
import { gpt2Layer } from '../blocks/gpt2-layer.js'
import { labelCount } from '../blocks/label-count.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { positionCount } from '../blocks/renamed-sizes.js'
import { describeValue } from '../config-values.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding, taskHeads } from '../shapes/headed-model.js'

/** GPT-Neo (Black et al. 2021, https://github.com/EleutherAI/gpt-neo): every other layer has a sliding window. */
export const gptNeo = headedFamily({
  modelType: 'gpt_neo',
  dropout: { classifier_dropout: 0.1 },
  name: 'GPTNeo',
  prefix: 'transformer',
  fieldNames: {
    num_hidden_layers: 'num_layers',
    num_attention_heads: 'num_heads',
    intermediate_size: 'intermediate_size',
  },
  defaults: {
    vocab_size: 50_257,
    hidden_size: 2048,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers } = sizes
    const selfAttention = container('GPTNeoAttention', {
      attention: attention({ ...sizes, outputBias: true, ...FAIRSEQ_NAMES }),
    })
    const mlp = plainMlp({ ...sizes, bias: true, names: ['c_fc', 'c_proj'] })
    const model = container('GPTNeoModel', {
      wte: embedding(vocabSize, hiddenSize),
      wpe: embedding(positionCount(config, 'max_position_embeddings', 2048), hiddenSize),
      h: repeated(layers, gpt2Layer('GPTNeoBlock', hiddenSize, { attention: selfAttention, mlp })),
      ln_f: layerNorm(hiddenSize),
    })
    const described = attentionLayers(config.raw('attention_types') ?? [[['global', 'local'], 12]])
    if (described !== layers) {
      const found = describeValue(config.raw('attention_types'))
      config.doubt(
        `attention_types is ${found}: transformers refuses that, since it expects a list of [types, times] for ${layers} layers.`,
      )
    }
    const types = JSON.stringify(config.raw('attention_layers') ?? config.raw('attention_types') ?? 'local')
    const windowTokens = types.includes('local') ? config.integer('window_size', 256) : undefined
    const dimensions = decoderDimensions(sizes, { gatedMlp: false, windowTokens })
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
    masks: { size: 'forAllSequences', windows: 'layer', buffers: 'eachLayer' },
    norm: 'layerNorm',
    attention: {
      eagerOnly: true,
      eager: { float32Inputs: true, scale: 'none', layerMask: true, softmax: 'scores', weights: 'value' },
      returnsWeights: true,
    },
    feedForward: { activation: config.string('activation_function', 'gelu_new') },
    residual: { order: 'sequential', keepsNormalised: 'untilSum', keepsSecond: true, keepsAttended: true },
    dropout: {
      embeddings: config.number('embed_dropout', 0),
      attended: config.number('resid_dropout', 0),
      fed: config.number('resid_dropout', 0),
      fixed: [],
    },
    logits: { prefill: 'allTokens', labelled: 'model', castsForLoss: true, castsBack: true },
  }),
  loraTargets: ['q_proj', 'v_proj'],
})

/** How many layers the pairs of types and times stand for. `undefined` if they are none. */
function attentionLayers(pairs: unknown): number | undefined {
  if (!Array.isArray(pairs)) return undefined
  const counts = pairs.map((pair) => (Array.isArray(pair) && Array.isArray(pair[0]) ? pair[0].length * pair[1] : NaN))
  return counts.reduce((sum, count) => sum + count, 0)
}
