import { describe, expect, it } from 'vitest'
import {
  architectureFromConfig,
  CheckpointError,
  foldedParameters,
  linearLayers,
  moduleGroups,
  parameters,
  parametersByPart,
  totalParameters,
} from '../../src/architecture/index.js'
import { readRecords } from './records.js'

describe('What a config leaves open', () => {
  it('a config of nothing but its family is the family by its class defaults', () => {
    expect(totalParameters(architectureFromConfig({ model_type: 'llama' }))).toBe(6_738_415_616)
  })

  it('null is what the class makes of None', () => {
    const nulls = { num_key_value_heads: null, head_dim: null, rope_scaling: null, attention_bias: null }
    const llama = architectureFromConfig({ model_type: 'llama', architectures: null, ...nulls })
    expect(totalParameters(llama)).toBe(6_738_415_616)
  })

  it('fields that no shape depends on are passed over', () => {
    const more = {
      torch_dtype: 'bfloat16',
      auto_map: {},
      quantization_config: { bits: 4 },
      transformers_version: '4.0',
    }
    expect(totalParameters(architectureFromConfig({ model_type: 'llama', ...more }))).toBe(6_738_415_616)
  })
})

describe('The class that `architectures` names', () => {
  const config = { model_type: 'qwen2', num_hidden_layers: 1, num_labels: 3 }
  const names = (className: string) => [
    ...foldedParameters(architectureFromConfig({ ...config, architectures: [className] })).keys(),
  ]

  it('the base model has no prefix and no head', () => {
    expect(names('Qwen2Model')).toContain('embed_tokens.weight')
    expect(names('Qwen2Model')).not.toContain('lm_head.weight')
  })

  it.each([
    ['Qwen2ForCausalLM', 'lm_head.weight', 'model.norm.weight'],
    ['Qwen2ForSequenceClassification', 'score.weight', 'model.norm.weight'],
    ['Qwen2ForTokenClassification', 'score.bias', 'model.norm.weight'],
    ['Qwen2ForQuestionAnswering', 'qa_outputs.weight', 'transformer.norm.weight'],
  ])('%s has %s beside %s', (className, head, norm) => {
    expect(names(className)).toEqual(expect.arrayContaining([head, norm]))
  })

  it('as many labels as id2label names', () => {
    const labels = { id2label: { 0: 'a', 1: 'b', 2: 'c', 3: 'd' }, architectures: ['Qwen2ForSequenceClassification'] }
    const shapes = foldedParameters(architectureFromConfig({ model_type: 'qwen2', num_hidden_layers: 1, ...labels }))
    expect(shapes.get('score.weight')).toEqual([4, 4096])
  })

  it.each([
    [{ model_type: 'xlm-roberta', auto_map: { AutoModel: 'a/b--modeling_own.XLMRobertaTower' } }, 'XLMRobertaTower'],
    [{ model_type: 'bert', auto_map: { AutoModelForMaskedLM: 'modeling_own.AlibiBertForMaskedLM' } }, 'AlibiBert'],
  ])("a class of the checkpoint's own is said: %j", (custom, own) => {
    expect(architectureFromConfig(custom).notes).toEqual([expect.stringContaining(own)])
  })

  it.each([
    {
      model_type: 'phi3',
      auto_map: { AutoConfig: 'a.Phi3Config', AutoModelForCausalLM: 'modeling_phi3.Phi3ForCausalLM' },
    },
    { model_type: 'chatglm', auto_map: { AutoModel: 'modeling_chatglm.ChatGLMForConditionalGeneration' } },
    { model_type: 'llama', auto_map: { AutoConfig: 'a.MyConfig' } },
  ])("a copy of the family's class is not: %j", (custom) => {
    expect(architectureFromConfig(custom).notes).toEqual([])
  })

  it('an unheard-of class is taken for the language model, and a note says so', () => {
    const { className, notes } = architectureFromConfig({ ...config, architectures: ['Qwen2Wonder'] })
    expect(className).toBe('Qwen2ForCausalLM')
    expect(notes).toEqual(['Unknown class Qwen2Wonder: Qwen2ForCausalLM is described instead.'])
  })
})

describe('A multimodal model is described whole', () => {
  const llava = {
    model_type: 'llava',
    text_config: { model_type: 'mistral', num_hidden_layers: 2 },
    vision_config: { model_type: 'clip_vision_model', num_hidden_layers: 3 },
  }

  it('with its own name, and the sizes of its language model', () => {
    const { family, dimensions, notes } = architectureFromConfig(llava)
    expect({ family, layers: dimensions.layers, notes }).toEqual({ family: 'llava', layers: 2, notes: [] })
  })

  it('with its towers as parts of their own', () => {
    const record = readRecords('wholes.jsonl.gz').find(({ name }) => name === 'llava--small')
    const parts = parametersByPart(architectureFromConfig(record?.config))
    const recorded = (prefix: string) => totalBelow(record?.parameters ?? {}, prefix)
    expect({ vision: parts.vision, projector: parts.projector }).toEqual({
      vision: recorded('model.vision_tower.'),
      projector: recorded('model.multi_modal_projector.'),
    })
  })

  it('where the config has the fields of both side by side', () => {
    const { family, dimensions, notes } = architectureFromConfig({
      architectures: ['Qwen2VLForConditionalGeneration'],
      model_type: 'qwen2_vl',
      hidden_size: 1536,
      vision_config: {},
    })
    expect({ family, hiddenSize: dimensions.hiddenSize, notes }).toEqual({
      family: 'qwen2_vl',
      hiddenSize: 1536,
      notes: [],
    })
  })

  it('as its language model alone where a tower is unknown, and a note says what is left out', () => {
    const config = { ...llava, vision_config: { model_type: 'telescope' } }
    const { family, notes } = architectureFromConfig(config)
    expect(family).toBe('mistral')
    expect(notes[0]).toMatch(/^Only the language model \(mistral\) of llava is described/)
  })

  it('with a note on sizes that its class does not read', () => {
    const { dimensions, notes } = architectureFromConfig({
      model_type: 'llava',
      hidden_size: 5120,
      num_hidden_layers: 40,
    })
    expect(dimensions.layers).toBe(32)
    expect(notes).toEqual([
      expect.stringMatching(/^hidden_size, num_hidden_layers: ignored.*the class defaults are used\.$/),
    ])
    expect(architectureFromConfig({ ...llava, hidden_size: 5120 }).notes).toEqual([])
  })

  it('or not at all where its language model is unknown', () => {
    const config = { ...llava, text_config: { model_type: 'lama' } }
    expect(() => architectureFromConfig(config)).toThrow('Unknown model family "lama"')
  })
})

describe('What cannot be understood is an error with a code, a place and a way out', () => {
  const failure = (config: unknown) => {
    try {
      architectureFromConfig(config)
    } catch (error) {
      if (error instanceof CheckpointError) return { code: error.code, place: error.place, help: error.help ?? '' }
      throw error
    }
    throw new Error('no error')
  }

  it('a size without a class default must be stated', () => {
    expect(failure({ model_type: 'dots1' })).toMatchObject({ code: 'invalid_field', place: ['n_routed_experts'] })
  })

  it('an unknown family names near ones and the headers', () => {
    const { code, place, help } = failure({ model_type: 'lama' })
    expect({ code, place }).toEqual({ code: 'unsupported_architecture', place: ['model_type'] })
    expect(help).toMatch(/Did you mean llama.*safetensors headers/)
  })

  it.each([
    [{}, 'missing_field', ['model_type']],
    [[], 'invalid_field', []],
    [null, 'invalid_field', []],
    [{ model_type: 7 }, 'invalid_field', ['model_type']],
    [{ model_type: '__proto__' }, 'unsupported_architecture', ['model_type']],
    [{ model_type: 'constructor', text_config: {} }, 'unsupported_architecture', ['model_type']],
    [{ model_type: 'llama', hidden_size: -1 }, 'invalid_field', ['hidden_size']],
    [{ model_type: 'llama', hidden_size: '4096' }, 'invalid_field', ['hidden_size']],
    [{ model_type: 'llama', num_attention_heads: 0 }, 'invalid_field', ['num_attention_heads']],
    [{ model_type: 'llama', mlp_bias: 'yes' }, 'invalid_field', ['mlp_bias']],
    [
      { model_type: 'llama', rope_scaling: { type: 'linear', factor: 'x' } },
      'invalid_field',
      ['rope_scaling', 'factor'],
    ],
    [{ model_type: 'llama', num_hidden_layers: 2 ** 50 }, 'invalid_field', []],
  ])('%j is %s at %j', (config, code, place) => {
    expect(failure(config)).toMatchObject({ code, place })
  })

  it('fields of the prototype are not fields of the config', () => {
    const config = Object.assign(Object.create({ hidden_size: 64 }), { model_type: 'llama' })
    expect(architectureFromConfig(config).dimensions.hiddenSize).toBe(4096)
  })
})

describe('A model is held compactly', () => {
  const deepseek = architectureFromConfig({ model_type: 'deepseek_v3' })

  it('sixty layers of 256 experts are a few dozen groups of modules', () => {
    expect([...moduleGroups(deepseek)].length).toBeLessThan(80)
  })

  it('and all their tensors come one by one for whoever asks', () => {
    const first = parameters(deepseek).next()
    expect(first.value).toEqual({ name: 'model.embed_tokens.weight', shape: [129_280, 7168] })
    expect([...linearLayers(deepseek)].filter(({ name }) => name.includes('.experts.')).length).toBe(58 * 256 * 3)
  })
})

/** The parameters of a record whose names begin with a prefix. */
function totalBelow(shapes: Readonly<Record<string, readonly number[]>>, prefix: string): number {
  const names = Object.keys(shapes).filter((name) => name.startsWith(prefix))
  return names.reduce((sum, name) => sum + repeats(name) * product(shapes[name] ?? []), 0)
}

/** How many parameters a folded name stands for. */
function repeats(name: string): number {
  const [, first = '0', last = '0'] = name.match(/\{(\d+)-(\d+)\}/) ?? []
  return Number(last) - Number(first) + 1
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1)
}
