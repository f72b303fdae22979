import { describe, expect, it } from 'vitest'
import { architectureFromConfig, totalParameters } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions } from '../../src/estimate/index.js'

const SIZES = {
  vocab_size: 1000,
  hidden_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 6,
  intermediate_size: 200,
}
const bert = (className: string) => architectureFromConfig({ ...SIZES, model_type: 'bert', architectures: [className] })
const t5 = architectureFromConfig({
  model_type: 't5',
  vocab_size: 1000,
  d_model: 96,
  d_kv: 16,
  num_layers: 2,
  num_heads: 6,
})
const llama = architectureFromConfig({ ...SIZES, model_type: 'llama' })
const bart = architectureFromConfig({
  model_type: 'bart',
  architectures: ['BartForConditionalGeneration'],
  vocab_size: 1000,
  d_model: 96,
  encoder_layers: 2,
  decoder_layers: 2,
})
const total = (model: typeof llama, options: MemoryOptions) => estimateMemory(model, options).tensorBytes

describe('A model that is written as a program', () => {
  it('is refused for training without a loss', () => {
    expect(() => estimateMemory(bert('BertModel'))).toThrow('BertModel computes no loss')
  })

  it('needs less memory where its layers are recomputed', () => {
    expect(total(t5, {})).toBeLessThan(total(t5, { recompute: 'none' }))
  })

  it('is refused with recomputation where transformers has none, and in shards where layers run more than once', () => {
    const mpnet = architectureFromConfig({ ...SIZES, model_type: 'mpnet', architectures: ['MPNetForMaskedLM'] })
    const albert = architectureFromConfig({ ...SIZES, model_type: 'albert', architectures: ['AlbertForMaskedLM'] })
    const kept = { recompute: 'none' } as const
    expect(() => estimateMemory(mpnet)).toThrow(/does not support gradient checkpointing.*`recompute: 'none'`/)
    expect(total(mpnet, kept)).toBeGreaterThan(0)
    expect(() => estimateMemory(albert, { ...kept, world: 4 })).toThrow('run more than once')
    expect(total(albert, { ...kept, sharding: { strategy: 'ddp', ranks: 4 } })).toBeGreaterThan(total(albert, kept))
  })

  it.each([
    [{ loss: 'fused' }, 'has no other kind than logits'],
    [{ kernels: 'liger' }, 'use those of torch'],
  ] as const)('is refused for %o', (options, message) => {
    expect(() => estimateMemory(bert('BertForMaskedLM'), options)).toThrow(ForwardPassError)
    expect(() => estimateMemory(bert('BertForMaskedLM'), options)).toThrow(message)
  })

  it('sees one image beside the words of a page, or none', () => {
    const page = (more: object) =>
      architectureFromConfig({
        ...SIZES,
        model_type: 'layoutlmv3',
        architectures: ['LayoutLMv3ForTokenClassification'],
        ...more,
      })
    const kept = { recompute: 'none', sequenceLength: 64 } as const
    const [model, blind] = [page({}), page({ visual_embed: false })]
    expect(total(model, { ...kept, images: 1 })).toBeGreaterThan(total(model, kept))
    expect(() => estimateMemory(model, { ...kept, images: 2 })).toThrow('pass `images: 1` alone')
    expect(() => estimateMemory(blind, { ...kept, images: 1 })).toThrow('leave it out')
  })

  it('has block-sparse attention for long texts alone, padded to whole blocks', () => {
    const bird = (more: object) =>
      architectureFromConfig({ ...SIZES, model_type: 'big_bird', architectures: ['BigBirdForMaskedLM'], ...more })
    const [sparse, full] = [bird({}), bird({ attention_type: 'original_full' })]
    const of = (model: typeof sparse, sequenceLength: number) => total(model, { sequenceLength })
    expect(of(sparse, 704)).toBe(of(full, 704))
    expect(of(sparse, 2048)).toBeLessThan(of(full, 2048) / 2)
    expect(of(sparse, 1984) / of(sparse, 2047)).toBeLessThan(0.98)
    expect(of(sparse, 2047) / of(sparse, 2048)).toBeGreaterThan(0.999)
  })

  it('says which tokens of a text all others see, and refuses what its code stops at', () => {
    const longformer = (name: string, more = {}) =>
      architectureFromConfig({ ...SIZES, model_type: 'longformer', architectures: [`LongformerFor${name}`], ...more })
    const run = { sequenceLength: 512, method: 'inference' } as const
    const said = (name: string) => estimateMemory(longformer(name), run).assumptions.join('\n')
    expect(said('MaskedLM')).toContain('no token has global attention')
    expect(said('SequenceClassification')).toContain('the first token of each sequence has global attention')
    expect(said('QuestionAnswering')).toContain('the longest question has 64 tokens')
    expect(() => estimateMemory(longformer('QuestionAnswering'), { ...run, sequenceLength: 3 })).toThrow(
      'pass at least `sequenceLength: 4`',
    )
    const uneven = longformer('MaskedLM', { attention_window: [6, 8] })
    expect(() => estimateMemory(uneven, { ...run, sequenceLength: 64 })).toThrow('a window of 6 does not divide')
    expect(total(uneven, { ...run, sequenceLength: 24 })).toBeGreaterThan(0)
  })

  it('is refused in 16 bits where its code stops, with what runs', () => {
    const fourier = architectureFromConfig({ ...SIZES, model_type: 'fnet', architectures: ['FNetForMaskedLM'] })
    const landmarks = architectureFromConfig({
      ...SIZES,
      model_type: 'nystromformer',
      architectures: ['NystromformerForMaskedLM'],
      num_landmarks: 8,
      segment_means_seq_len: 64,
    })
    const short = { sequenceLength: 64 } as const
    expect(() => estimateMemory(fourier, { ...short, method: 'full-mixed' })).toThrow("`precision: 'float32'` without")
    expect(total(fourier, { ...short, precision: 'float32' })).toBeGreaterThan(0)
    expect(() => estimateMemory(landmarks, short)).toThrow("`method: 'full-mixed'`")
    expect(total(landmarks, { ...short, method: 'full-mixed' })).toBeGreaterThan(0)
    expect(() => estimateMemory(landmarks, { sequenceLength: 65, method: 'full-mixed' })).toThrow(
      '`sequenceLength: 64`',
    )
  })

  it('cannot be divided by layers or heads, but by data', () => {
    const model = bert('BertForMaskedLM')
    expect(() => estimateMemory(model, { layout: { tensor: 2 } })).toThrow('use `sharding`')
    expect(total(model, { world: 4 })).toBeLessThan(total(model, {}))
  })

  it('is named where it is not described, in a layout as well', () => {
    const masked = architectureFromConfig({ model_type: 'beit', architectures: ['BeitForSemanticSegmentation'] })
    for (const options of [{}, { layout: { tensor: 2 } }])
      expect(() => estimateMemory(masked, options)).toThrow(ForwardPassError)
  })

  it('is replayed on one rank, and derived on several, where nothing was recorded', () => {
    const model = bert('BertForMaskedLM')
    const confidence = (options: MemoryOptions) => estimateMemory(model, options).confidence
    expect(confidence({})).toMatchObject({ parameters: 'replayed', activations: 'replayed' })
    for (const strategy of ['fsdp2', 'fsdp1', 'hsdp', 'ddp', 'zero-3'] as const)
      expect(confidence({ sharding: { strategy, ranks: 4 } })).toMatchObject({
        parameters: 'derived',
        gradients: 'derived',
        activations: 'derived',
        buffers: 'derived',
      })
    expect(estimateMemory(llama, { world: 4 }).confidence.parameters).toBe('replayed')
  })

  it('needs more memory the more tokens it writes', () => {
    const sizes = { recompute: 'none', sequenceLength: 64 } as const
    expect(total(bart, { ...sizes, targetLength: 16 })).toBeLessThan(total(bart, sizes))
    expect(total(bart, { ...sizes, targetLength: 64 })).toBe(total(bart, sizes))
  })
})

describe('An estimate of a model with a head of its own', () => {
  const said = (config: object, options: MemoryOptions = {}) =>
    estimateMemory(architectureFromConfig({ ...SIZES, model_type: 'bert', ...config }), options).assumptions.join('\n')
  const classifier = { architectures: ['BertForSequenceClassification'] }

  it.each([
    [{ num_labels: 1 }, 'a mean squared error'],
    [{ id2label: { 0: 'score' } }, 'a mean squared error'],
    [{ problem_type: 'regression' }, 'a mean squared error'],
    [{ problem_type: 'multi_label_classification' }, 'a binary cross entropy'],
  ])('says which loss is replayed: %j', (config, loss) => {
    expect(said({ ...classifier, ...config })).toContain(loss)
    expect(said({ ...classifier, ...config }, { method: 'inference' })).not.toContain(loss)
  })

  it('says what its config asks for and is not replayed, and which code runs', () => {
    expect(said({ ...classifier, chunk_size_feed_forward: 8 })).toContain(
      '`chunk_size_feed_forward` saves is not replayed',
    )
    expect(said({ ...classifier, position_embedding_type: 'relative_key' })).toContain(
      'embeddings of distances is eager',
    )
    expect(said({ model_type: 'ernie', architectures: ['ErnieForMultipleChoice'] })).toMatch(
      /whatever kernel|choices of one question/,
    )
    expect(said(classifier)).not.toMatch(/eager|chunk/)
  })

  it('says nothing of a loss that is a cross entropy', () => {
    expect(said(classifier)).not.toMatch(/squared|binary/)
    expect(said({ ...classifier, num_labels: 1, problem_type: 'single_label_classification' })).not.toContain('squared')
  })

  it.each([
    ['BertForSequenceClassification', 'SEQ_CLS', 'classifier'],
    ['BertForTokenClassification', 'TOKEN_CLS', 'classifier'],
    ['BertForQuestionAnswering', 'QUESTION_ANS', 'qa_outputs'],
  ])('says what PEFT trains beside the adapters of %s', (className, task, head) => {
    const lora = { rank: 8, targetModules: ['query'] }
    const config = { architectures: [className] }
    expect(said(config, { method: 'lora', lora })).toContain(`task type ${task}`)
    expect(said(config, { method: 'lora', lora: { ...lora, modulesToSave: [head] } })).not.toContain('task type')
    expect(said(config)).not.toContain('task type')
  })
})

it.each([
  ['gptj', null, 'rotates all features of heads of 24'],
  ['codegen', null, 'rotates all features of heads of 24'],
  ['codegen', 32, 'rotates 32 features of heads of 24'],
])('%s with a `rotary_dim` of %s is refused: transformers stops', (model_type, rotary_dim, message) => {
  const sizes = { vocab_size: 500, n_embd: 96, n_layer: 2, n_head: 4 }
  const model = (own: object) => architectureFromConfig({ model_type, ...sizes, ...own })
  expect(() => estimateMemory(model({ rotary_dim }), { sequenceLength: 16 })).toThrow(message)
  expect(total(model({ rotary_dim: 16 }), { sequenceLength: 16 })).toBeGreaterThan(0)
})

describe('Layers that transformers keeps in float32', () => {
  it.each<MemoryOptions>([
    { method: 'inference', precision: 'nf4' },
    { method: 'qlora', recompute: 'none' },
    { method: 'lora', quantization: 'int8', recompute: 'none' },
  ])('refuse an estimate with %o, with a way out', (options) => {
    expect(() => estimateMemory(t5, options)).toThrow(RangeError)
    expect(() => estimateMemory(t5, options)).toThrow(/keeps `wo` of t5 in float32.*pass `/)
  })

  it('are larger in float16 than all others, also in a checkpoint in float16', () => {
    const half = architectureFromConfig({ ...t5.config, torch_dtype: 'float16' })
    const bytes = (model: typeof half, precision?: 'bfloat16' | 'float16') =>
      estimateMemory(model, { method: 'inference', ...(precision && { precision }) }).parts.parameters
    expect(bytes(half)).toBe(bytes(t5, 'float16'))
    expect(bytes(half)).toBeGreaterThan(bytes(half, 'bfloat16'))
    expect(bytes(bart, 'float16')).toBe(bytes(bart, 'bfloat16'))
  })
})

it.each([
  [{ targetLength: 8 }, '`targetLength` is 8, but LlamaForCausalLM is not an encoder-decoder'],
  [{ images: 2 }, '`images` is 2, but llama has no forward-pass model for them: leave it out'],
  [{ audioSeconds: 30 }, '`audioSeconds` is 30, but llama has no forward-pass model for them'],
])('An input that a family does not have is refused: %o', (options, message) => {
  expect(() => estimateMemory(llama, options)).toThrow(RangeError)
  expect(() => estimateMemory(llama, options)).toThrow(message)
})

it('Reentrant checkpointing of layers that nothing reaches with a gradient is refused: torch does not train them', () => {
  const whisper = architectureFromConfig({ model_type: 'whisper' })
  const options = { method: 'lora', lora: { rank: 8, targetModules: ['q_proj'] }, sequenceLength: 16 } as const
  expect(() => total(whisper, { ...options, reentrant: true })).toThrow('pass `reentrant: false`')
  expect(total(whisper, { ...options, reentrant: false })).toBeGreaterThan(0)
  // The encoder's output comes by keyword: each layer of the decoder would run backward through all of the encoder.
  expect(() => total(whisper, { method: 'full', sequenceLength: 16, reentrant: true })).toThrow(
    'backward through it twice',
  )
})

describe('An encoder of sound', () => {
  const hubert = architectureFromConfig({ model_type: 'hubert', architectures: ['HubertForCTC'] })

  it('needs to know how long the sound is', () => {
    expect(() => estimateMemory(hubert, { method: 'inference' })).toThrow('pass `audioSeconds`')
    const [short, long] = [5, 30].map((audioSeconds) => total(hubert, { method: 'inference', audioSeconds }))
    expect(long).toBeGreaterThan(short ?? Number.POSITIVE_INFINITY)
  })

  it('of a class that is not described is refused by the blocks of the model', () => {
    const adapted = architectureFromConfig({
      ...hubert.config,
      architectures: ['HubertForSequenceClassification'],
      add_adapter: true,
    })
    expect(() => estimateMemory(adapted, { audioSeconds: 5 })).toThrow(ForwardPassError)
  })

  it('that writes needs the sound too, and as many heads everywhere as its code in transformers does', () => {
    const config = { model_type: 'moonshine' }
    const whole = architectureFromConfig(config)
    expect(() => total(whole, { method: 'inference' })).toThrow('pass `audioSeconds`')
    const [short, long] = [5, 30].map((audioSeconds) => total(whole, { audioSeconds, targetLength: 20 }))
    expect(long).toBeGreaterThan(short ?? Number.POSITIVE_INFINITY)
    for (const name of ['decoder_num_attention_heads', 'encoder_num_key_value_heads']) {
      const uneven = architectureFromConfig({ ...config, [name]: 4 })
      expect(() => total(uneven, { method: 'inference', audioSeconds: 5 })).toThrow('as many heads')
      expect(() => total(uneven, { audioSeconds: 5 })).toThrow('as many heads')
    }
  })

  it('learns to write the characters of a sound, and needs more for more of them', () => {
    const [few, many] = [10, 400].map((targetLength) => total(hubert, { audioSeconds: 5, targetLength }))
    expect(many).toBeGreaterThan(few ?? Number.POSITIVE_INFINITY)
  })

  it('is refused where its convolutions leave too little of the sound, with a way out', () => {
    const config = {
      model_type: 'wav2vec2',
      architectures: ['Wav2Vec2ForCTC'],
      add_adapter: true,
      num_adapter_layers: 6,
      adapter_kernel_size: 9,
    }
    expect(() => total(architectureFromConfig(config), { method: 'inference', audioSeconds: 1 })).toThrow(
      'pass more `audioSeconds`',
    )
    const masked = architectureFromConfig({ model_type: 'wavlm', architectures: ['WavLMForCTC'], mask_time_length: 60 })
    expect(() => total(masked, { audioSeconds: 1 })).toThrow('pass more `audioSeconds`')
  })

  it('that reads the weights of its projections itself has no use for adapters on them', () => {
    const wavlm = architectureFromConfig({ model_type: 'wavlm', architectures: ['WavLMForCTC'] })
    const asked = (targetModules: string[]) =>
      total(wavlm, { method: 'lora', lora: { rank: 8, targetModules }, audioSeconds: 2, targetLength: 20 })
    expect(() => asked(['q_proj'])).toThrow('has no effect')
    expect(asked(['intermediate_dense'])).toBeGreaterThan(0)
    const speakers = architectureFromConfig({ model_type: 'wav2vec2', architectures: ['Wav2Vec2ForXVector'] })
    const lora = (targetModules: string[]) =>
      total(speakers, { method: 'lora', lora: { rank: 8, targetModules }, audioSeconds: 2 })
    expect(() => lora(['kernel'])).toThrow('has no effect')
    expect(lora(['q_proj'])).toBeGreaterThan(0)
  })
})

describe("An adapter of torch's MultiheadAttention", () => {
  const siglip = architectureFromConfig({ model_type: 'siglip', text_config: {}, vision_config: {} })

  it('cannot be packed', () => {
    expect(() => estimateMemory(siglip, { method: 'qlora', sequenceLength: 64 })).toThrow(
      'does not work with packed weights',
    )
  })
})

describe('A size of Moonshine without a stack in its name', () => {
  const sizes = { hidden_size: 64, intermediate_size: 96, vocab_size: 100 }
  const read = (more: object) =>
    architectureFromConfig({
      ...{ model_type: 'moonshine', architectures: ['MoonshineForConditionalGeneration'] },
      ...sizes,
      ...more,
    })

  // Counted by the class of transformers 4.57.6.
  it.each<readonly [object, number]>([
    [{}, 580_544],
    [{ num_key_value_heads: 4 }, 555_968],
    [{ num_attention_heads: 4 }, 629_696],
    [{ num_hidden_layers: 2 }, 464_704],
    [{ num_key_value_heads: 4, encoder_num_key_value_heads: 2 }, 555_968],
  ])("is the encoder's: %o", (more, count) => {
    expect(totalParameters(read(more))).toBe(count)
  })

  it('is said to count beside another value', () => {
    const notes = read({ num_key_value_heads: 4, encoder_num_key_value_heads: 2 }).notes.join(' ')
    expect(notes).toContain('encoder_num_key_value_heads 2')
  })
})
