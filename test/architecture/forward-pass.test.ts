import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig, CheckpointError } from '../../src/architecture/index.js'

const forwardOf = (config: Readonly<Record<string, unknown>>) => architectureFromConfig(config).forward
const windowOf = (config: Readonly<Record<string, unknown>>) => {
  const { windowTokens, windowLayers } = architectureFromConfig(config).dimensions
  return { windowTokens, windowLayers }
}

describe('The forward pass of a config', () => {
  it('is absent where a family has none described', () => {
    expect(forwardOf({ model_type: 'rwkv7' })).toBeUndefined()
  })

  it('is as the class has it where the config says nothing', () => {
    const llama = { rotation: { features: 'all' }, norm: 'rmsNorm', feedForward: { activation: 'silu' } }
    expect(forwardOf({ model_type: 'llama' })).toEqual(llama)
    expect(forwardOf({ model_type: 'llama', hidden_act: null })).toEqual(llama)
  })

  it('is plain data', () => {
    for (const family of FAMILIES) {
      const [modelType] = family.modelTypes
      if (!family.forward && !family.program) continue
      // The class of dots1 has no default for its experts, that of Llama-Nemotron none for its 80 layers.
      const experts = { n_routed_experts: 8, n_shared_experts: 1, num_experts_per_tok: 2 }
      const block_configs = Array.from({ length: 80 }, () => ({
        attention: { n_heads_in_group: 8 },
        ffn: { ffn_mult: 2 },
      }))
      const { forward, program } = architectureFromConfig({ ...experts, block_configs, model_type: modelType })
      expect(JSON.parse(JSON.stringify({ forward, program })), modelType).toEqual({ forward, program })
    }
  })

  it.each([
    ['llama', 'hidden_act'],
    ['gemma', 'hidden_act'],
    ['gemma2', 'hidden_activation'],
    ['gemma3_text', 'hidden_activation'],
    ['gpt2', 'activation_function'],
    ['opt', 'activation_function'],
    ['falcon', 'activation'],
  ])('has the activation of %s from `%s`', (modelType, field) => {
    const others = { hidden_act: 'relu', hidden_activation: 'relu', activation_function: 'relu', activation: 'relu' }
    const config = { model_type: modelType, num_hidden_layers: 2, ...others, [field]: 'gelu_new' }
    expect(forwardOf(config)?.feedForward).toEqual({ activation: 'gelu_new' })
  })

  it.each([
    [{ model_type: 'phi', hidden_size: 240, num_attention_heads: 6, partial_rotary_factor: 0.4 }, 16],
    [{ model_type: 'stablelm', partial_rotary_factor: 0.5 }, 40],
    [{ model_type: 'gpt_neox', hidden_size: 64, num_attention_heads: 4, rotary_pct: 1 }, 16],
    [{ model_type: 'glm', head_dim: 10, partial_rotary_factor: 0.25 }, 2],
    [{ model_type: 'phi', partial_rotary_factor: -3 }, 0],
    [
      { model_type: 'phi', hidden_size: 64, num_attention_heads: 4, rope_parameters: { partial_rotary_factor: 0.25 } },
      4,
    ],
  ])('rotates a share of each head, in whole features: %o', (config, features) => {
    expect(forwardOf(config)?.rotation).toMatchObject({ features, concatenates: true })
  })

  it('tells a cap that is off from one that is left to the class', () => {
    const gemma2 = (config: object) => forwardOf({ model_type: 'gemma2', ...config })
    expect(gemma2({})).toMatchObject({ attention: { cappedScores: true }, logits: { form: 'capped' } })
    expect(gemma2({ attn_logit_softcapping: null, final_logit_softcapping: 30 })).toMatchObject({
      attention: { cappedScores: false },
      logits: { form: 'capped' },
    })
    expect(forwardOf({ model_type: 'olmo', clip_qkv: 8 })?.attention).toEqual({ clamped: true })
  })

  it('wires blocks as the config says', () => {
    const orderOf = (config: Readonly<Record<string, unknown>>) => forwardOf(config)?.residual?.order
    expect(orderOf({ model_type: 'gpt_neox', use_parallel_residual: false })).toBe('sequential')
    expect(orderOf({ model_type: 'stablelm', use_parallel_residual: true })).toBe('parallel')
    expect(orderOf({ model_type: 'falcon', parallel_attn: false })).toBe('sequential')
  })

  it('is that of the language model in a multimodal one', () => {
    const config = { model_type: 'gemma3', text_config: { model_type: 'gemma3_text', hidden_activation: 'gelu' } }
    expect(forwardOf(config)?.feedForward.activation).toBe('gelu')
  })

  it.each([
    { model_type: 'llama', hidden_act: 5 },
    { model_type: 'phi', partial_rotary_factor: 'half' },
    { model_type: 'gpt_neox', use_parallel_residual: 'yes' },
  ])('is refused where a field is no text, no number or no truth value: %o', (config) => {
    expect(() => architectureFromConfig(config)).toThrow(CheckpointError)
  })
})

describe('The layers that rotate nothing', () => {
  it.each([
    [{ model_type: 'smollm3', no_rope_layers: [1, 0, 1] }, [1]],
    [{ model_type: 'smollm3', no_rope_layer_interval: 2 }, [1]],
    [{ model_type: 'cohere2', sliding_window_pattern: 3 }, [2]],
    [{ model_type: 'exaone4', sliding_window_pattern: 2 }, [1]],
    [{ model_type: 'exaone4', sliding_window: null }, []],
  ])('of %o', (config, unrotatedLayers) => {
    expect(architectureFromConfig({ num_hidden_layers: 3, ...config }).dimensions).toMatchObject({ unrotatedLayers })
  })
})

describe('The layers that attend through the window', () => {
  it.each([
    [{ model_type: 'mistral', sliding_window: 8 }, 8, undefined],
    [{ model_type: 'mistral', sliding_window: null }, undefined, undefined],
    [{ model_type: 'qwen2', use_sliding_window: true, sliding_window: 8, max_window_layers: 2 }, 8, [2, 3]],
    [{ model_type: 'qwen2', use_sliding_window: true, sliding_window: 8, max_window_layers: 0 }, 8, undefined],
    [{ model_type: 'qwen3', use_sliding_window: false, sliding_window: 8, max_window_layers: 2 }, undefined, undefined],
    [{ model_type: 'gemma2', sliding_window: 8 }, 8, [0, 2]],
    [{ model_type: 'gemma3_text', sliding_window: 8, sliding_window_pattern: 2 }, 8, [0, 2]],
    [{ model_type: 'gpt_oss' }, 128, [0, 2]],
    [{ model_type: 'cohere2' }, 4096, [0, 1, 2]],
    [{ model_type: 'modernbert' }, 128, [1, 2]],
  ])('of %o', (config, windowTokens, windowLayers) => {
    expect(windowOf({ num_hidden_layers: 4, ...config })).toEqual({ windowTokens, windowLayers })
  })

  it('are those that `layer_types` names, whatever else the config says', () => {
    const types = ['full_attention', 'sliding_attention', 'full_attention']
    const patterned = { num_hidden_layers: 3, layer_types: types, sliding_window: 8, sliding_window_pattern: 'LLLG' }
    expect(windowOf({ model_type: 'exaone4', ...patterned })).toEqual({ windowTokens: 8, windowLayers: [1] })
  })
})
