import { expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

const CONFIG = {
  model_type: 'llama',
  vocab_size: 500,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
}
const LORA = { method: 'lora', lora: { rank: 2 }, sequenceLength: 64 } as const
const estimate = (options: MemoryOptions, config: object = {}) =>
  estimateMemory(architectureFromConfig({ ...CONFIG, ...config }), options).tensorBytes

// `CheckpointFunction` of torch hands on no gradients unless an input of the layer has one.
it.each([
  ['adapters on all layers', {}, LORA],
  ['adapters beside a head', { architectures: ['LlamaForSequenceClassification'], num_labels: 3 }, LORA],
  ['the last layer', {}, { finetuningType: 'last_layer', sequenceLength: 64 } as const],
])(
  'Reentrant checkpointing of a decoder is refused where it would not train %s, with a way out',
  (_, config, options) => {
    expect(() => estimate({ ...options, reentrant: true }, config)).toThrow(
      'pass `reentrant: false`, or `inputGradients: true`',
    )
    expect(estimate({ ...options, reentrant: false }, config)).toBeGreaterThan(0)
    expect(estimate({ ...options, reentrant: true, inputGradients: true }, config)).toBeGreaterThan(0)
  },
)

it('Reentrant checkpointing trains adapters behind an adapted embedding, as its output has a gradient', () => {
  const lora = { rank: 2, targetModules: ['embed_tokens', 'q_proj'] }
  expect(estimate({ ...LORA, lora, reentrant: true })).toBeGreaterThan(0)
})

it('Reentrant checkpointing is not refused with fsdp1, where it is the default and trainers see to the gradients', () => {
  expect(estimate({ ...LORA, sharding: { strategy: 'fsdp1', ranks: 2 } })).toBeGreaterThan(0)
})
