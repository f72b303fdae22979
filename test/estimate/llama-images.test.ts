import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { foldLayers } from '../../src/estimate/replay/folding/folded-layers.js'
import { replayModel } from '../../src/estimate/replay/replay-model.js'
import { prefill } from '../../src/estimate/replay/step/prefill.js'
import { trainingStep } from '../../src/estimate/replay/step/training-step.js'
import { sensesOf } from '../../src/estimate/senses.js'
import { STEP, UNFOLDED } from './folding.js'

const LLAMA3 = architectureFromConfig({
  model_type: 'mllama',
  vision_config: {
    hidden_size: 64,
    intermediate_size: 128,
    num_hidden_layers: 8,
    num_global_layers: 4,
    attention_heads: 4,
    image_size: 112,
    vision_output_dim: 192,
    intermediate_layers_indices: [1, 3],
  },
  text_config: {
    hidden_size: 128,
    intermediate_size: 256,
    num_hidden_layers: 40,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    vocab_size: 100,
  },
})
const LLAMA4 = architectureFromConfig({
  model_type: 'llama4',
  vision_config: {
    hidden_size: 64,
    intermediate_size: 256,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    image_size: 112,
    projector_input_dim: 96,
    projector_output_dim: 96,
    vision_output_dim: 96,
  },
  text_config: { hidden_size: 128, intermediate_size: 192, num_hidden_layers: 2, num_attention_heads: 8, head_dim: 16 },
})
const SEEN = { images: 2, sequenceLength: 72 } as const

describe('Llama 3.2 Vision with images', () => {
  const senses = sensesOf(LLAMA3, { ...SEEN, imageSize: undefined, audioSeconds: 0 })
  const folded = { layers: foldLayers, kindOf: () => '', experts: true }

  it.each([{}, { recompute: { every: 1 } }, { parameterDtype: 'float32', autocast: true }] as const)(
    'needs what all its layers need, though only some are replayed: %o',
    (change) => {
      const step = { ...STEP, ...change, images: 2 }
      const few = replayModel(LLAMA3, folded, senses)
      expect(few.omitted.size).toBeGreaterThan(0)
      expect(trainingStep(few, step)).toEqual(trainingStep(replayModel(LLAMA3, UNFOLDED, senses), step))
      const all = { batch: 2, sequence: 72, images: 2, kernel: 'flash', dtype: 'bfloat16' } as const
      expect(prefill(few, all)).toEqual(prefill(replayModel(LLAMA3, UNFOLDED, senses), all))
    },
  )

  it('says that an image has one token and four tiles, whatever its size', () => {
    const { assumptions, tensorBytes } = estimateMemory(LLAMA3, SEEN)
    expect(assumptions.join()).toContain('images in 4 tiles of 112 × 112 pixels: 2 in each sequence, 1 token each')
    expect(estimateMemory(LLAMA3, { ...SEEN, imageSize: { width: 4000, height: 30 } }).tensorBytes).toBe(tensorBytes)
  })

  it('is not trained with reentrant checkpointing, which stops in torch, unless the encoder is frozen', () => {
    const reentrant = { ...SEEN, recompute: 'layers', reentrant: true } as const
    expect(() => estimateMemory(LLAMA3, reentrant)).toThrow('several layers attend to: torch stops')
    const lora = { rank: 4, targetModules: '.*language_model.*q_proj' }
    expect(
      estimateMemory(LLAMA3, { ...reentrant, method: 'lora', lora, inputGradients: true }).tensorBytes,
    ).toBeGreaterThan(0)
  })
})

describe('Llama 4 with images', () => {
  it('has pixels in bfloat16, as its processor returns them', () => {
    expect(estimateMemory(LLAMA4, { images: 1 }).assumptions.join()).toContain('their pixels are in bfloat16')
  })

  it('refuses reentrant checkpointing where the encoder would get no gradients, and no other', () => {
    const reentrant = { images: 1, recompute: 'layers', reentrant: true } as const
    expect(() => estimateMemory(LLAMA4, reentrant)).toThrow('does not train this model')
    const lora = { rank: 4, targetModules: ['gate_proj'] }
    expect(
      estimateMemory(LLAMA4, { ...reentrant, method: 'lora', lora, inputGradients: true }).tensorBytes,
    ).toBeGreaterThan(0)
  })

  it('refuses an adapter on its router, with which PEFT 0.21.2 stops', () => {
    const lora = { rank: 4, targetModules: 'all-linear' } as const
    expect(() => estimateMemory(LLAMA4, { method: 'lora', lora })).toThrow('stops the forward pass')
  })
})
