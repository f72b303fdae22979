import { expect, it } from 'vitest'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'

function specWith(window: number) {
  return modelSpecFromConfig({
    model_type: 'phi3',
    num_hidden_layers: 1,
    max_position_embeddings: 4096,
    sliding_window: window,
  })
}

it.each([4095, 4096])('keeps a window of %i tokens in a context of 4096', (window) => {
  const { spec, notes } = specWith(window)
  expect(spec.sliding_window_config).toMatchObject({ window_size: window })
  expect(notes.filter((note) => note.includes('sliding_window_config'))).toStrictEqual([])
})

it('leaves out a window of 4097 tokens in a context of 4096, and says so', () => {
  const { spec, notes } = specWith(4097)
  expect(spec).not.toHaveProperty('sliding_window_config')
  expect(notes).toContain(
    'sliding_window_config is left out: a window of 4097 tokens is wider than the context of 4096',
  )
})

it('keeps a wider window that only some layers have', () => {
  const { spec, notes } = modelSpecFromConfig({ model_type: 'olmo3' })
  expect(spec).toMatchObject({ context_size: 2048, sliding_window_config: { window_size: 4096 } })
  expect(notes).toContain('sliding_window_config: a window of 4096 tokens is wider than the context of 2048')
})
