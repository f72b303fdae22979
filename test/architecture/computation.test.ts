import { describe, expect, it } from 'vitest'
import { architectureFromConfig, CheckpointError } from '../../src/architecture/index.js'

const describedBy = (config: Readonly<Record<string, unknown>>) => architectureFromConfig(config).computation
const windowOf = (config: Readonly<Record<string, unknown>>) => {
  const { windowTokens, windowLayers } = architectureFromConfig(config).dimensions
  return { windowTokens, windowLayers }
}

describe('What a config says of the forward pass', () => {
  it('is nothing where the config says nothing', () => {
    expect(describedBy({ model_type: 'llama' })).toEqual({})
    expect(describedBy({ model_type: 'llama', hidden_act: null })).toEqual({})
  })

  it.each([
    ['llama', 'hidden_act'],
    ['gemma', 'hidden_act'],
    ['gemma2', 'hidden_activation'],
    ['gemma3_text', 'hidden_activation'],
    ['gpt2', 'activation_function'],
    ['opt', 'activation_function'],
    ['falcon', 'activation'],
    ['nemotron_h', 'mlp_hidden_act'],
  ])('is the activation of %s in `%s`', (modelType, field) => {
    const others = { hidden_act: 'relu', hidden_activation: 'relu', activation_function: 'relu', activation: 'relu' }
    const config = { model_type: modelType, num_hidden_layers: 2, ...others, [field]: 'gelu_new' }
    expect(describedBy(config)).toMatchObject({ activation: 'gelu_new' })
  })

  it.each([
    [{ model_type: 'phi', hidden_size: 240, num_attention_heads: 6, partial_rotary_factor: 0.4 }, 0.4],
    [{ model_type: 'stablelm', partial_rotary_factor: 0.5 }, 0.5],
    [{ model_type: 'gpt_neox', rotary_pct: 1 }, 1],
    [{ model_type: 'gptj', rotary_dim: 32, n_embd: 256, n_head: 4 }, 0.5],
    [{ model_type: 'glm', head_dim: 10, partial_rotary_factor: 0.25 }, 0.2],
    [{ model_type: 'gptj', rotary_dim: 64, n_embd: 128, n_head: 4 }, 1],
    [{ model_type: 'phi', partial_rotary_factor: -3 }, 0],
    [{ model_type: 'phi', rope_parameters: { partial_rotary_factor: 0.25 } }, 0.25],
  ])('is the share of a head that is rotated, in whole features: %o', (config, share) => {
    expect(describedBy(config)?.rotaryShare).toBeCloseTo(share, 12)
  })

  it('tells a cap that is off from one that is left to the class', () => {
    expect(describedBy({ model_type: 'gemma2' })).toEqual({})
    expect(describedBy({ model_type: 'gemma2', attn_logit_softcapping: null, final_logit_softcapping: 30 })).toEqual({
      cappedScores: false,
      cappedLogits: true,
    })
    expect(describedBy({ model_type: 'olmo', clip_qkv: 8 })).toEqual({ clampedProjections: true })
  })

  it('is how blocks are wired', () => {
    expect(describedBy({ model_type: 'gpt_neox', use_parallel_residual: false })).toMatchObject({ parallel: false })
    expect(describedBy({ model_type: 'stablelm', use_parallel_residual: true })).toMatchObject({ parallel: true })
  })

  it.each([
    [{ model_type: 'smollm3', no_rope_layers: [1, 0, 1] }, [1]],
    [{ model_type: 'smollm3', no_rope_layer_interval: 2 }, [1]],
    [{ model_type: 'cohere2', sliding_window_pattern: 3 }, [2]],
    [{ model_type: 'exaone4', sliding_window_pattern: 2 }, [1]],
    [{ model_type: 'exaone4', sliding_window: null }, []],
  ])('is which layers rotate nothing: %o', (config, unrotatedLayers) => {
    expect(describedBy({ num_hidden_layers: 3, ...config })).toMatchObject({ unrotatedLayers })
  })

  it('is that of the language model in a multimodal one', () => {
    const config = { model_type: 'gemma3', text_config: { model_type: 'gemma3_text', hidden_activation: 'gelu' } }
    expect(describedBy(config)).toMatchObject({ activation: 'gelu' })
  })

  it('is refused where it is no text, no number or no truth value', () => {
    for (const wrong of [{ hidden_act: 5 }, { partial_rotary_factor: 'half' }, { use_parallel_residual: 'yes' }]) {
      expect(() => architectureFromConfig({ model_type: 'llama', ...wrong })).toThrow(CheckpointError)
    }
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
