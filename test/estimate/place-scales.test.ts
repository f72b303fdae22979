import { expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'

const YARN = { rope_type: 'yarn', rope_theta: 1e4, factor: 16, original_max_position_embeddings: 64 }

// Ministral 3 of transformers 5.24 stops with a TypeError in its attention; without rotary embeddings in the config, it runs.
it.each(['ministral3', 'mistral4'])(
  'A config of %s without the number that scales queries is refused',
  (model_type) => {
    const estimated = (more: Readonly<Record<string, unknown>>) => () =>
      estimateMemory(architectureFromConfig({ model_type, num_hidden_layers: 2, vocab_size: 128, ...more }), {
        method: 'inference',
      })
    expect(estimated({ rope_parameters: YARN })).toThrow('`rope_parameters` has no `llama_4_scaling_beta`; give it')
    expect(estimated({ rope_parameters: { ...YARN, llama_4_scaling_beta: 0.1 } })).not.toThrow()
    expect(estimated({})).not.toThrow()
  },
)
