import { describe, expect, it } from 'vitest'
import { modelTypes } from '../../src/architecture/families/index.js'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions } from '../../src/estimate/index.js'

/** What has no default in its class. */
const DOTS1 = { n_routed_experts: 8, n_shared_experts: 1, num_experts_per_tok: 2, n_group: 1, topk_group: 1 }

/** The forward pass of a mixture with its class's defaults, or nothing for another model or one without a forward pass. */
function mixture(modelType: string, fields: Readonly<Record<string, unknown>>) {
  const config = modelType === 'dots1' ? { ...fields, ...DOTS1 } : fields
  const { dimensions, forward } = architectureFromConfig({ ...config, text_config: config, model_type: modelType })
  return dimensions.moe ? forward : undefined
}

const MIXTURES = modelTypes().filter((type) => type !== 'nemotron-nas' && mixture(type, {}))
const saying = (found: (type: string) => string | undefined) =>
  MIXTURES.filter((type) => found(type)?.includes('output_router_logits'))

describe('output_router_logits', () => {
  it('is refused for every mixture whose described class reads it', () => {
    const refused = saying((type) => mixture(type, { output_router_logits: true })?.undescribed)
    expect(refused.sort().join(' ')).toBe(READ)
  })

  it('is refused for Doge if its experts, which are vectors, are there', () => {
    const doge = (isMoe: boolean) =>
      architectureFromConfig({ model_type: 'doge', is_moe: isMoe, output_router_logits: true }).forward?.undescribed
    expect(doge(true)).toContain('`output_router_logits`')
    expect(doge(false)).toBeUndefined()
  })

  it('is said for the mixtures whose class reads it in transformers 5 alone', () => {
    const said = saying((type) => mixture(type, { output_router_logits: true })?.says?.join())
    expect(said.sort().join(' ')).toBe(READ_IN_5)
  })

  it('changes nothing if it is false or null', () => {
    for (const value of [false, null])
      for (const type of MIXTURES)
        expect(mixture(type, { output_router_logits: value }), type).toStrictEqual(mixture(type, {}))
  })

  const small = {
    vocab_size: 500,
    hidden_size: 64,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
  }
  const experts = { num_key_value_heads: 2, num_local_experts: 4, n_routed_experts: 4, n_shared_experts: 1, n_group: 1 }
  const estimate = (modelType: string, options: MemoryOptions) =>
    estimateMemory(
      architectureFromConfig({
        ...{ ...small, ...experts, num_experts_per_tok: 2, topk_group: 1, moe_intermediate_size: 32 },
        model_type: modelType,
        output_router_logits: true,
      }),
      { sequenceLength: 64, ...options },
    )

  // The classes keep the logits, and compute the loss, whether there are labels or not.
  it.each<MemoryOptions>([
    { method: 'full' },
    { method: 'lora', lora: { rank: 8, targetModules: ['q_proj'] } },
    { method: 'inference' },
    { method: 'full', layout: { tensor: 2 } },
  ])('is refused in training and in a prefill, with a way out: %o', (options) => {
    expect(() => estimate('mixtral', options)).toThrow(ForwardPassError)
    expect(() => estimate('mixtral', options)).toThrow('set it to false, or leave it out')
  })

  it('is an assumption of an estimate where only transformers 5 reads it', () => {
    expect(estimate('dots1', { method: 'full' }).assumptions.join()).toContain('`output_router_logits` is true')
  })
})

const READ =
  'afmoe axk1 beam cohere2_moe dbrx deepseek_v32 deepseek_v4 ernie4_5_moe ernie4_5_vl_moe ernie4_5_vl_moe_text exaone_moe flex_olmo flint glm4_moe_lite glm_moe_dsa gpt_oss granitemoe granitemoe_swa granitemoehybrid granitemoeshared hy_v3 jamba jetmoe kimi_k25 kimi_linear kolibri1 laguna lara_mini lfm2_moe llama4 llama4_text mellum mimo_v2_flash minimax minimax_m2 minimax_m3_vl minimax_m3_vl_text mistral4 mixtral nemotron_h olmoe phimoe qwen2_moe qwen3_5_moe qwen3_5_moe_text qwen3_moe qwen3_next qwen3_omni_moe_thinker qwen3_vl_moe qwen3_vl_moe_text sarvam_mla sarvam_moe solar_open step3p5 step3p7'
const READ_IN_5 =
  'aria aria_text deepseek_v2 deepseek_v3 dots1 glm4_moe glm4v_moe glm4v_moe_text hunyuan_v1_moe longcat_flash'
