import { headNorms, llamaAttention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { qwenWindow } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Qwen 3, the dense models (Qwen team 2025, arXiv:2505.09388): Llama with norms of each head's queries and keys. */
export const qwen3 = decoderFamily({
  modelType: 'qwen3',
  liger: {},
  hasUnslothLayers: true,
  needsWindow: 'switched',
  name: 'Qwen3',
  defaults: {
    vocab_size: 151_936,
    hidden_size: 4096,
    intermediate_size: 22_016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    head_dim: 128,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  attentionPattern: qwenWindow,
  attention: (sizes, config) => llamaAttention(sizes, config, headNorms(sizes)),
  mlp: gatedMlp,
  questionAnsweringPrefix: 'transformer',
  forward: llamaForward,
  languageModelOf: ['qwen3_vl_text'],
  loraTargets: ['q_proj', 'v_proj'],
  tensorPlan: PLAN,
})
