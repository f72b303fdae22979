import { describe, expect, it } from 'vitest'
import { modelTypes } from '../../src/architecture/families/index.js'
import { architectureFromConfig } from '../../src/architecture/index.js'

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
  it('is described for every mixture whose described class reads it', () => {
    const read = MIXTURES.filter((type) => mixture(type, { output_router_logits: true })?.routerLogits?.isAsked)
    expect(read.sort().join(' ')).toBe(READ)
  })

  it('adds a loss where the class computes one, in the form of the version that is described', () => {
    const forms = new Map<string, string[]>()
    for (const type of MIXTURES) {
      const { loss = 'none' } = mixture(type, {})?.routerLogits ?? {}
      forms.set(loss, [...(forms.get(loss) ?? []), type].sort())
    }
    forms.delete('none')
    expect(Object.fromEntries([...forms].map(([loss, types]) => [loss, types.join(' ')]))).toStrictEqual(LOSSES)
  })

  it('is described for Doge if its experts, which are vectors, are there', () => {
    const doge = (isMoe: boolean) =>
      architectureFromConfig({ model_type: 'doge', is_moe: isMoe, output_router_logits: true }).forward?.routerLogits
    expect(doge(true)).toMatchObject({ isAsked: true, loss: 'pairsOfKeys' })
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
})

/** The classes whose forward pass calls `load_balancing_loss_func`, in 4.57, or in 5.24 if 4.57 has no such type. */
const LOSSES = {
  joined:
    'ernie4_5_moe flex_olmo gpt_oss granitemoe granitemoehybrid granitemoeshared jamba minimax mixtral olmoe phimoe qwen2_moe qwen3_moe qwen3_next qwen3_omni_moe qwen3_omni_moe_thinker',
  joinedShares: 'dbrx',
  layerByLayer:
    'deepseek_v4 ernie4_5_vl_moe flint granitemoe_swa laguna lara_mini mellum minimax_m2 minimax_m3_vl minimax_m3_vl_text qwen3_5_moe qwen3_5_moe_text',
}
const READ =
  'afmoe axk1 beam cohere2_moe dbrx deepseek_v32 deepseek_v4 ernie4_5_moe ernie4_5_vl_moe ernie4_5_vl_moe_text exaone_moe flex_olmo flint glm4_moe_lite glm_moe_dsa gpt_oss granitemoe granitemoe_swa granitemoehybrid granitemoeshared hy_v3 jamba jetmoe kimi_k25 kimi_linear kolibri1 laguna lara_mini lfm2_moe llama4 llama4_text mellum mimo_v2_flash minimax minimax_m2 minimax_m3_vl minimax_m3_vl_text mistral4 mixtral nemotron_h olmoe phimoe qwen2_moe qwen3_5_moe qwen3_5_moe_text qwen3_moe qwen3_next qwen3_omni_moe_thinker qwen3_vl_moe qwen3_vl_moe_text sarvam_mla sarvam_moe solar_open step3p5 step3p7'
const READ_IN_5 =
  'aria aria_text deepseek_v2 deepseek_v3 dots1 glm4_moe glm4v_moe glm4v_moe_text hunyuan_v1_moe longcat_flash'
