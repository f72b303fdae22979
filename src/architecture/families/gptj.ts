import { attention } from '../blocks/attention.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { FAIRSEQ_NAMES } from '../blocks/fairseq-layer.js'
import { gptjLayer } from '../blocks/gpt2-layer.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { GPT_FIELD_NAMES } from '../blocks/renamed-sizes.js'
import { gptjForward } from '../forward/gptj-forward.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding, taskHeads } from '../shapes/headed-model.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/**
 * GPT-J (Wang & Komatsuzaki 2021, https://github.com/kingoflolz/mesh-transformer-jax): parallel attention and MLP
 * on one norm, rotary positions.
 */
export const gptj = headedFamily({
  modelType: 'gptj',
  name: 'GPTJ',
  prefix: 'transformer',
  fieldNames: GPT_FIELD_NAMES,
  defaults: {
    vocab_size: 50_400,
    hidden_size: 4096,
    num_hidden_layers: 28,
    num_attention_heads: 16,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  build(stated, config) {
    const sizes = { ...stated, ffnSize: config.derived('n_inner', 4 * stated.hiddenSize) }
    const { vocabSize, hiddenSize, layers } = sizes
    const selfAttention = attention({ ...sizes, ...FAIRSEQ_NAMES })
    const mlp = plainMlp({ ...sizes, bias: true, names: ['fc_in', 'fc_out'] })
    const model = container('GPTJModel', {
      wte: embedding(vocabSize, hiddenSize),
      h: repeated(layers, gptjLayer('GPTJBlock', hiddenSize, selfAttention, mlp)),
      ln_f: layerNorm(hiddenSize),
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return {
      model,
      heads: {
        ForCausalLM: { lm_head: outputEmbedding(dimensions, 'transformer.wte', { bias: true }) },
        ...taskHeads(hiddenSize, labelCount(config)),
        ForQuestionAnswering: { qa_outputs: linear(hiddenSize, labelCount(config), { bias: true }) },
      },
      dimensions,
    }
  },
  forward: (config, dimensions) => gptjForward(config, dimensions, (table) => ({ kind: 'copiedTable', ...table })),
  loraTargets: ['q_proj', 'v_proj'],
  undivided: ONLY_IN_5,
})
