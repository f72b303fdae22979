import { llamaAttention } from '../blocks/attention.js'
import type { Family } from '../family.js'
import { llamaForward } from '../forward/llama-forward.js'
import { newerFrequencies } from '../forward/newer-frequencies.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** EXAONE 3 and 3.5 (LG AI Research 2024, arXiv:2408.03541, arXiv:2412.04862). transformers builds them with Llama's classes. */
export const exaone: Family = decoderFamily({
  modelType: 'exaone',
  name: 'Llama',
  attributeMap: { num_layers: 'num_hidden_layers', activation_function: 'hidden_act' },
  defaults: {
    vocab_size: 102_400,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => llamaAttention(sizes, config),
  otherNames: ['Exaone'],
  namesInFiles: [
    [/^transformer\.wte\./, 'model.embed_tokens.'],
    [/^transformer\.ln_f\./, 'model.norm.'],
    [/^transformer\.h\./, 'model.layers.'],
    [/\.ln_1\./, '.input_layernorm.'],
    [/\.ln_2\./, '.post_attention_layernorm.'],
    [/\.attn\.attention\.out_proj\./, '.self_attn.o_proj.'],
    [/\.attn\.attention\./, '.self_attn.'],
    [/\.mlp\.c_fc_0\./, '.mlp.gate_proj.'],
    [/\.mlp\.c_fc_1\./, '.mlp.up_proj.'],
    [/\.mlp\.c_proj\./, '.mlp.down_proj.'],
  ],
  forward: newerFrequencies(llamaForward),
  tensorPlan: PLAN,
})
