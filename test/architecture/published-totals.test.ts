import { expect, it } from 'vitest'
import { architectureFromConfig, totalParameters } from '../../src/architecture/index.js'

const SIGLIP = {
  ...{ model_type: 'siglip_vision_model', hidden_size: 1152, image_size: 980, intermediate_size: 4304 },
  ...{ num_attention_heads: 16, num_hidden_layers: 27, patch_size: 14 },
}

const INTERN_VIT_300M = {
  ...{ model_type: 'intern_vit_6b', hidden_size: 1024, image_size: 448, intermediate_size: 4096, patch_size: 14 },
  ...{
    num_attention_heads: 16,
    num_hidden_layers: 24,
    qkv_bias: true,
    qk_normalization: false,
    norm_type: 'layer_norm',
  },
}

/** Models whose code only their authors have: the sizes of their configs, and the total that their files' metadata has. */
const PUBLISHED: readonly (readonly [name: string, total: number, config: Readonly<Record<string, unknown>>])[] = [
  ['Baichuan2-7B', 7_505_973_248, { model_type: 'baichuan' }],
  [
    'ChatGLM3-6B',
    6_243_584_000,
    { model_type: 'chatglm', add_qkv_bias: true, multi_query_attention: true, multi_query_group_num: 2 },
  ],
  ['Qwen-7B', 7_721_324_544, { model_type: 'qwen' }],
  [
    'Qwen-1.8B',
    1_836_828_672,
    {
      model_type: 'qwen',
      hidden_size: 2048,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      intermediate_size: 11_008,
    },
  ],
  [
    'InternVL2-2B',
    2_205_754_368,
    {
      model_type: 'internvl_chat',
      vision_config: INTERN_VIT_300M,
      llm_config: {
        ...{ model_type: 'internlm2', vocab_size: 92_553, hidden_size: 2048, intermediate_size: 8192, bias: false },
        ...{ num_hidden_layers: 24, num_attention_heads: 16, num_key_value_heads: 8 },
      },
    },
  ],
  [
    'MiniCPM-V-2.6',
    8_099_175_152,
    {
      ...{ model_type: 'minicpmv', version: 2.6, hidden_size: 3584, intermediate_size: 18_944, vocab_size: 151_666 },
      ...{ num_hidden_layers: 28, num_attention_heads: 28, num_key_value_heads: 4, query_num: 64 },
      ...{ drop_vision_last_layer: false, vision_config: SIGLIP },
    },
  ],
  ['Phi-3.5-vision', 4_146_621_440, { model_type: 'phi3_v' }],
]

it.each(PUBLISHED)('%s has %d parameters', (_, total, config) => {
  const architecture = architectureFromConfig(config)
  expect(totalParameters(architecture)).toBe(total)
  expect(architecture.notes).toEqual([])
})
