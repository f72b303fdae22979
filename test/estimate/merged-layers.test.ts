import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { countLoraParameters, estimateMemory, ForwardPassError } from '../../src/estimate/index.js'

const SIZES = {
  vocab_size: 500,
  hidden_size: 64,
  intermediate_size: 64,
  moe_intermediate_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  n_routed_experts: 4,
  num_local_experts: 4,
  num_experts_per_tok: 2,
  first_k_dense_replace: 1,
  mlp_layer_types: ['dense', 'sparse'],
}
const modelOf = (family: string) => architectureFromConfig({ ...SIZES, model_type: family })
const withoutForward = (family: string) => {
  const { forward: _, ...model } = modelOf(family)
  return model
}
const llama = architectureFromConfig({ ...SIZES, model_type: 'llama' })
const onAttention = { method: 'lora', lora: { rank: 8, targetModules: ['o_proj'] } } as const

describe.each(['deepseek_v32', 'glm_moe_dsa', 'glm4_moe_lite', 'exaone_moe', 'minimax_m2'])(
  'Merged experts of %s',
  (family) => {
    const refusal = (options: Parameters<typeof estimateMemory>[1]) => {
      try {
        return String(estimateMemory(withoutForward(family), options).tensorBytes)
      } catch (error) {
        return error instanceof ForwardPassError ? error : String(error)
      }
    }

    it('have adapters that are counted, and said to be missing in the parts of an error', () => {
      const asked = { rank: 8, targetModules: 'all-linear' } as const
      expect(
        countLoraParameters(modelOf(family), asked)
          .targets.map(({ name }) => name)
          .join(),
      ).toContain('down_proj')
      const error = refusal({ method: 'lora', lora: asked })
      expect(error).toBeInstanceOf(ForwardPassError)
      expect(String(error)).toMatch(/the adapters on .*gate_up_proj .*are not in "parts"/)
    })

    it('say nothing where only linear layers have adapters, which the parts count whole', () => {
      const error = refusal(onAttention)
      expect(String(error)).not.toContain('are not in "parts"')
      const { trainableParameters } = countLoraParameters(modelOf(family), onAttention.lora)
      expect(error).toMatchObject({ parts: { gradients: 4 * trainableParameters } })
    })

    it('are refused with a way out where the family has a forward pass', () => {
      const model = { ...(llama.forward && { forward: llama.forward }), ...modelOf(family) }
      expect(() => estimateMemory(model, { method: 'lora' })).toThrow(
        /not estimated.*Name other layers in `targetModules`/,
      )
      expect(() => estimateMemory(model, { method: 'lora' })).toThrow(RangeError)
    })
  },
)
