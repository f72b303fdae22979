import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'

const estimated = (config: Readonly<Record<string, unknown>>) => () =>
  estimateMemory(architectureFromConfig({ num_hidden_layers: 2, vocab_size: 128, ...config }), { method: 'inference' })

const STOPS =
  /stops in the configuration class or in the forward pass, since layers have a window and `sliding_window` is null/

// Small models of transformers 4.57.6 and 5.24.0, run on a CPU, stop in their configuration class, with a ValueError of
// `create_sliding_window_causal_mask`, or with a TypeError where the mask is made. Those that are not refused run.
describe('A config without the window that its code makes a mask of', () => {
  it.each(['gemma2', 'gemma3_text', 'cohere2', 'olmo3', 'gpt_oss', 'cwm', 'cohere2_moe', 'laguna', 'exaone_moe'])(
    'is refused: %s, whatever its layers are',
    (model_type) => {
      const layer_types = ['full_attention', 'full_attention']
      expect(estimated({ model_type, sliding_window: null, layer_types })).toThrow(STOPS)
      expect(estimated({ model_type, sliding_window: 8, layer_types })).not.toThrow()
    },
  )

  it('is refused where the class has no default either', () => {
    expect(estimated({ model_type: 'step3p5' })).toThrow(STOPS)
    expect(estimated({ model_type: 'step3p5', sliding_window: 8 })).not.toThrow()
  })

  it.each(['beam', 'exaone4'])('is refused if a layer has a window: %s', (model_type) => {
    const without = { model_type, sliding_window: null }
    expect(estimated(without)).toThrow(STOPS)
    expect(estimated({ ...without, layer_types: ['full_attention', 'full_attention'] })).not.toThrow()
  })

  it.each(['qwen3', 'mellum'])('is refused if `layer_types` says so: %s', (model_type) => {
    const without = { model_type, sliding_window: null }
    expect(estimated({ ...without, layer_types: ['sliding_attention', 'full_attention'] })).toThrow(STOPS)
    expect(estimated(without)).not.toThrow()
  })

  it('is refused if the window is turned off: Qwen 2', () => {
    const layer_types = ['sliding_attention', 'full_attention']
    const config = { model_type: 'qwen2', sliding_window: 8, layer_types }
    expect(estimated({ ...config, use_sliding_window: false })).toThrow(STOPS)
    expect(estimated({ ...config, use_sliding_window: true })).not.toThrow()
  })
})
