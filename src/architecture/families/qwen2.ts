import { attention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { qwenWindow } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Qwen 1.5, 2 and 2.5 (Qwen team 2024, arXiv:2407.10671 and arXiv:2412.15115): Llama with biases of queries, keys and
 * values.
 */
export const qwen2 = decoderFamily({
  modelType: 'qwen2',
  liger: {},
  hasUnslothLayers: true,
  needsWindow: 'switched',
  name: 'Qwen2',
  defaults: {
    vocab_size: 151_936,
    hidden_size: 4096,
    intermediate_size: 22_016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  attentionPattern: qwenWindow,
  attention: (sizes) => attention({ ...sizes, qkvBias: true }),
  mlp: gatedMlp,
  questionAnsweringPrefix: 'transformer',
  forward: llamaForward,
  languageModelOf: ['qwen2_5_omni_text', 'qwen2_5_vl_text', 'qwen2_vl_text'],
  loraTargets: ['q_proj', 'v_proj'],
  tensorPlan: PLAN,
})
