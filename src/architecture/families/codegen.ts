import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gptjLayer } from '../blocks/gpt2-layer.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { GPT_FIELD_NAMES } from '../blocks/renamed-sizes.js'
import { gptjForward } from '../forward/gptj-forward.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** CodeGen (Nijkamp et al. 2022, arXiv:2203.13474): GPT-J with queries, keys and values in one projection. */
export const codegen = headedFamily({
  modelType: 'codegen',
  name: 'CodeGen',
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
    const selfAttention = container(
      'CodeGenAttention',
      { qkv_proj: linear(hiddenSize, 3 * hiddenSize), out_proj: linear(hiddenSize, hiddenSize) },
      { part: 'attention' },
    )
    const mlp = plainMlp({ ...sizes, bias: true, names: ['fc_in', 'fc_out'] })
    const model = container('CodeGenModel', {
      wte: embedding(vocabSize, hiddenSize),
      h: repeated(layers, gptjLayer('CodeGenBlock', hiddenSize, selfAttention, mlp)),
      ln_f: layerNorm(hiddenSize),
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return {
      model,
      heads: { ForCausalLM: { lm_head: outputEmbedding(dimensions, 'transformer.wte', { bias: true }) } },
      dimensions,
    }
  },
  forward: (config, dimensions) =>
    gptjForward(config, dimensions, ({ rotatedFeatures }) => ({ kind: 'partitioned', rotatedFeatures })),
  loraTargets: ['qkv_proj'],
  undivided: ONLY_IN_5,
})
