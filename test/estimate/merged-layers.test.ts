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
const ALL_LINEAR = { method: 'lora', lora: { rank: 8, targetModules: 'all-linear' } } as const
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

    it.each([ALL_LINEAR, onAttention])('have adapters that the parts of an error count: %o', (options) => {
      const { trainableParameters } = countLoraParameters(modelOf(family), options.lora)
      expect(refusal(options)).toBeInstanceOf(ForwardPassError)
      expect(refusal(options)).toMatchObject({ parts: { gradients: 4 * trainableParameters } })
    })

    it('have adapters that an estimate counts as countLoraParameters does', () => {
      const { trainableParameters, targets } = countLoraParameters(modelOf(family), ALL_LINEAR.lora)
      expect(targets.map(({ name }) => name).join()).toContain('down_proj')
      const bytes = [ALL_LINEAR, onAttention].map(
        (options) => estimateMemory(modelOf(family), options).parts.parameters,
      )
      const few = countLoraParameters(modelOf(family), onAttention.lora).trainableParameters
      expect((bytes[0] ?? 0) - (bytes[1] ?? 0)).toBe(4 * (trainableParameters - few))
    })
  },
)
