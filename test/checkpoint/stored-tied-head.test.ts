import { expect, it } from 'vitest'
import { architectureFromConfig, parameters, totalParameters } from '../../src/architecture/index.js'
import { compareCheckpoint, modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { logicalParameters } from '../../src/checkpoint/logical-parameters.js'
import type { StoredTensor } from '../../src/checkpoint/safetensors-header.js'

/** FP8 checkpoints of small Qwen 3 models store the output embedding beside the input embedding that it is tied to. */
const CONFIG = {
  ...{ model_type: 'qwen3', tie_word_embeddings: true, num_hidden_layers: 1, hidden_size: 64, intermediate_size: 64 },
  ...{ num_attention_heads: 2, num_key_value_heads: 2, head_dim: 32, vocab_size: 100 },
}
const HEAD_BYTES = 2 * 100 * 64

function header({ hasHead }: { readonly hasHead: boolean }) {
  const named = [...parameters(architectureFromConfig(CONFIG))].map(({ name, shape }) => [name, shape] as const)
  const all = hasHead ? [...named, ['lm_head.weight', [100, 64]] as const] : named
  let end = 0
  const tensors = new Map(
    all.map(([name, shape]): [string, StoredTensor] => {
      const start = end
      end += 2 * shape.reduce((count, size) => count * size, 1)
      return [name, { dtype: 'BF16', shape, offsets: [start, end] }]
    }),
  )
  return { tensors }
}

const bytesOf = (hasHead: boolean): number =>
  logicalParameters([header({ hasHead })]).parameters.reduce((sum, { storedBytes }) => sum + storedBytes, 0)

it('a tied head that is stored anyway counts once among the parameters', () => {
  const { spec } = modelSpecFromConfig(CONFIG, { storage: logicalParameters([header({ hasHead: true })]) })
  expect(spec.base_num_parameters).toBe(totalParameters(architectureFromConfig(CONFIG)))
})

it('and twice in the bytes that are stored', () => {
  expect(bytesOf(true)).toBe(bytesOf(false) + HEAD_BYTES)
})

it('and the files agree with the config with it and without it', () => {
  for (const hasHead of [true, false]) {
    expect(compareCheckpoint(CONFIG, [header({ hasHead })])).toMatchObject({
      verdict: 'agrees',
      extra: [],
      missing: [],
    })
  }
})
