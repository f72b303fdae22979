import { headNorms, llamaAttention } from '../blocks/attention.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Apertus (Swiss AI 2025, arXiv:2509.14233): no gate, and an activation with two numbers of its own in each layer. */
export const apertus = decoderFamily({
  modelType: 'apertus',
  name: 'Apertus',
  defaults: {
    vocab_size: 131_072,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 65_536,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => llamaAttention(sizes, config, headNorms(sizes)),
  plainMlp(sizes, config) {
    const mlp = plainMlp({ ...sizes, bias: false })
    const learns = config.string('hidden_act', 'xielu') === 'xielu'
    const act_fn = { type: 'XIELUActivation', parameters: { alpha_p: [1], alpha_n: [1] } }
    return learns ? { ...mlp, children: { ...mlp.children, act_fn } } : mlp
  },
  layer: (type, { norm, attention, mlp }) =>
    container(type, { self_attn: attention, mlp, attention_layernorm: norm, feedforward_layernorm: norm }),
  forward: (config, { layers }) => {
    const activation = config.string('hidden_act', 'xielu')
    return {
      rotation: { features: 'all' },
      norm: 'rmsNorm',
      attention: { headNorms: 'allProjected' },
      feedForward: { activation },
      // Two numbers of the activation are buffers.
      ...(activation === 'xielu' && { bufferElements: 2 * layers }),
    }
  },
  tensorPlan: PLAN,
})
