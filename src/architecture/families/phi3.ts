import { fusedAttention } from '../blocks/attention.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import { phi3Forward } from '../forward/phi3-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Phi-3 and Phi-4 (Abdin et al. 2024, arXiv:2404.14219): Llama with queries, keys and values in one projection, gate
 * and way up in another.
 */
export const phi3 = decoderFamily({
  modelType: 'phi3',
  liger: {},
  name: 'Phi3',
  defaults: {
    vocab_size: 32_064,
    hidden_size: 3072,
    intermediate_size: 8192,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  attentionPattern: windowInAllLayers(),
  attention: (sizes) => fusedAttention({ ...sizes, outputFirst: true, type: 'Phi3Attention' }),
  mlp: fusedGatedMlp,
  forward: phi3Forward,
  tensorPlan: {
    ...PLAN,
    columns: [],
    rows: [],
    gatheredColumns: ['lm_head', 'qkv_proj', 'gate_up_proj'],
    splitRows: ['o_proj', 'down_proj'],
    dividesHeads: false,
  },
})
