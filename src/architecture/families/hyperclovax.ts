import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { graniteForward } from '../forward/granite-forward.js'
import { newerFrequencies } from '../forward/newer-frequencies.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** HyperCLOVA X SEED (NAVER 2025, arXiv:2601.03286): Granite, with another norm after each block. */
export const hyperclovax = decoderFamily({
  modelType: 'hyperclovax',
  name: 'HyperCLOVAX',
  defaults: LLAMA_DEFAULTS,
  layer(type, { norm, attention, mlp }, config) {
    const after = config.boolean('use_post_norm', true) ? norm : undefined
    return container(type, {
      self_attn: attention,
      mlp,
      input_layernorm: norm,
      post_attention_layernorm: norm,
      post_norm1: after,
      post_norm2: after,
    })
  },
  forward: newerFrequencies(graniteForward),
  tensorPlan: PLAN,
})
