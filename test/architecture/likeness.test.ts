import { describe, expect, it } from 'vitest'
import { architectureFromConfig, CheckpointError, totalParameters } from '../../src/architecture/index.js'
import { readRecords } from './records.js'

const published = readRecords('public.jsonl.gz')

/** The config of a model that is recorded, as one of an unknown family. */
function disguised(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { architectures: _, ...fields } = config
  return { ...fields, model_type: 'wonder' }
}

describe('A config of an unknown family', () => {
  it('is described as the family whose class it names, with a note', () => {
    const config = { model_type: 'my_llama', architectures: ['LlamaForCausalLM'], num_hidden_layers: 2 }
    const { family, className, notes } = architectureFromConfig(config)
    expect({ family, className }).toEqual({ family: 'llama', className: 'LlamaForCausalLM' })
    expect(notes).toEqual(['Unknown model family "my_llama": described as llama, since its class is LlamaForCausalLM.'])
  })

  it('and so is one without a family', () => {
    const { family, notes } = architectureFromConfig({ architectures: ['MiniCPM3ForCausalLM'], num_hidden_layers: 2 })
    expect(family).toBe('minicpm3')
    expect(notes).toEqual([
      'The config has no model_type: described as minicpm3, since its class is MiniCPM3ForCausalLM.',
    ])
  })

  it.each(['Gemma3ForCausalLM', 'Gemma3ForConditionalGeneration', 'Qwen3MoeForCausalLM', 'BertModel'])(
    'of the class %s is of the family that has it',
    (className) => {
      expect(architectureFromConfig({ model_type: 'wonder', architectures: [className] }).className).toBe(className)
    },
  )

  it('is never described by its fields alone as anything but what it nearly is', () => {
    const totals = published.flatMap(({ name, config, total_parameters }) => {
      try {
        const architecture = architectureFromConfig(disguised(config))
        return [{ name, share: totalParameters(architecture) / total_parameters, notes: architecture.notes.length }]
      } catch (error) {
        if (error instanceof CheckpointError) return []
        throw error
      }
    })
    expect(totals.length).toBeGreaterThan(15)
    expect(totals.filter(({ share, notes }) => Math.abs(share - 1) > 0.001 || notes === 0)).toEqual([])
  })

  it.each([
    ['gemma', { hidden_act: 'gelu' }],
    ['a size that no family has', { latent_dim: 64 }],
    ['layers of other kinds', { layer_types: ['full_attention', 'mamba'] }],
    ['experts, but not how many a token uses', { num_local_experts: 8 }],
  ])('is refused with what it is like if there is %s', (_, more) => {
    const llama = published.find(({ family }) => family === 'llama')?.config ?? {}
    expect(architectureFromConfig(disguised(llama)).family).toBe('llama')
    expect(() => architectureFromConfig({ ...disguised(llama), ...more })).toThrow('Unknown model family "wonder"')
  })

  it('is told which families have its fields', () => {
    const config = disguised(published.find(({ family }) => family === 'jamba')?.config ?? {})
    expect(() => architectureFromConfig(config)).toThrow(
      expect.objectContaining({ help: expect.stringMatching(/^Its config is most like those of jamba\. For any/) }),
    )
  })
})
