import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/** Llama 1 to 3 (Touvron et al. 2023, arXiv:2302.13971; Llama team 2024, arXiv:2407.21783), and all that copies it. */
export const llama: Family = {
  modelTypes: ['llama'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const { vocabSize, hiddenSize, layers } = sizes
    const bias = config.boolean('attention_bias', false)
    const layer = container('LlamaDecoderLayer', {
      input_layernorm: rmsNorm(hiddenSize),
      self_attn: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      post_attention_layernorm: rmsNorm(hiddenSize),
      mlp: gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
    })
    return causalLm({
      config,
      className,
      family: 'llama',
      name: 'Llama',
      model: container('LlamaModel', {
        embed_tokens: embedding(vocabSize, hiddenSize),
        layers: repeated(layers, layer),
        norm: rmsNorm(hiddenSize),
      }),
      questionAnsweringPrefix: 'transformer',
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
