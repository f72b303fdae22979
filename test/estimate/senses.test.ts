import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { countTrainableParameters, estimateMemory, type MemoryOptions, planGpus } from '../../src/estimate/index.js'
import { some } from '../share.js'
import { memoryRecords } from './memory-records.js'

/** Steps of small models with images and sound, recorded with `test/oracle/memory/seen.py`, and of the same models with text only. */
const RECORDS = [
  'senses.jsonl.gz',
  'senses-options.jsonl.gz',
  'blip-2.jsonl.gz',
  'newer-senses.jsonl.gz',
  'further-senses.jsonl.gz',
  'last-senses.jsonl.gz',
  'seen-llama.jsonl.gz',
  'images-in-turn.jsonl.gz',
  'retrieval.jsonl.gz',
  'wholes-with-text.jsonl.gz',
]
  .flatMap(memoryRecords)
  .map((record) => [record.id, record] as const)

describe('estimateMemory knows what a model sees and hears', () => {
  it.each(some(RECORDS))('as torch runs it, to a hundredth of a percent: %s', (_id, { config, options, truth }) => {
    const { tensorBytes, parts, peakAt } = estimateMemory(architectureFromConfig(config), options)
    const { total, phase, op: _op, ...expected } = truth.peak
    // With text only, the positions of idle encoders are not counted: some hundred bytes.
    const tolerance = Math.max(total * 1e-4, (options.images ?? options.audioSeconds) ? 0 : 600)
    expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(tolerance)
    for (const [part, bytes] of Object.entries(expected)) {
      expect(Math.abs(parts[part as keyof typeof parts] - bytes), part).toBeLessThanOrEqual(tolerance)
    }
    expect(peakAt.phase).toBe(phase)
  })

  it('in every family that says what it makes of images or sound', () => {
    const recorded = new Set(
      RECORDS.filter(([, { options }]) => (options.images ?? options.audioSeconds ?? 0) > 0).map(
        ([, { config }]) => config['model_type'],
      ),
    )
    const described = FAMILIES.filter(({ images, sound }) => images ?? sound).flatMap(({ modelTypes }) => modelTypes)
    expect(described.filter((family) => !recorded.has(family))).toEqual([])
  })
})

const QWEN = architectureFromConfig({
  model_type: 'qwen2_5_vl',
  architectures: ['Qwen2_5_VLForConditionalGeneration'],
  vision_config: { depth: 4, hidden_size: 64, out_hidden_size: 128, num_heads: 4, intermediate_size: 96 },
  text_config: {
    hidden_size: 128,
    num_hidden_layers: 4,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    intermediate_size: 256,
    vocab_size: 1000,
  },
})
const LLAMA = architectureFromConfig({ model_type: 'llama', num_hidden_layers: 2, hidden_size: 64 })
const SPOKEN = { images: 1, imageSize: { width: 448, height: 448 }, sequenceLength: 512 } as const
const total = (options: MemoryOptions) => estimateMemory(QWEN, options).tensorBytes

describe('A run with sound', () => {
  const heads = { num_attention_heads: 4, num_key_value_heads: 4 }
  const sizes = { model_type: 'qwen2', hidden_size: 64, num_hidden_layers: 2, vocab_size: 500, ...heads }
  const audio_config = { d_model: 64, encoder_layers: 2, encoder_attention_heads: 4, encoder_ffn_dim: 128 }
  const audio = architectureFromConfig({ model_type: 'qwen2_audio', text_config: sizes, audio_config })

  it('says how much is heard, and refuses what the processor cuts off', () => {
    expect(estimateMemory(audio, { audioSeconds: 30 }).assumptions.join()).toContain(
      '30 seconds of sound, padded to 30: 750 tokens of each sequence',
    )
    expect(() => estimateMemory(audio, { audioSeconds: 31 })).toThrow('cuts sound at 30 seconds: pass at most 30')
    expect(() => estimateMemory(audio, { images: 1 })).toThrow('`images` is 1, but qwen2_audio has no forward-pass')
  })
})

describe('A model that finds pages', () => {
  const sizes = { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 4 }
  const vlm_config = { model_type: 'paligemma', text_config: { model_type: 'gemma', ...sizes } }
  const colpali = architectureFromConfig({ model_type: 'colpali', vlm_config })

  it('says what a sequence is, and that it ends with a vector of each token', () => {
    const said = (options: MemoryOptions) =>
      estimateMemory(colpali, { method: 'inference', ...options }).assumptions.join()
    expect(said({})).toContain('each sequence is a query')
    expect(said({ images: 1 })).toContain('each sequence is the image of a page')
    expect(said({})).toContain('ends with a vector for each of them')
  })

  it('makes one sequence of each page', () => {
    expect(() => estimateMemory(colpali, { method: 'inference', images: 2 })).toThrow('and the pages as `batchSize`')
  })

  it('is not trained by transformers, and with no other model inside than its own', () => {
    expect(() => estimateMemory(colpali, {})).toThrow('colpali-engine trains a class of its own')
    const other = { model_type: 'colpali', vlm_config: { model_type: 'qwen2_vl', text_config: sizes } }
    expect(() => estimateMemory(architectureFromConfig(other), { method: 'inference' })).toThrow(
      'no model of ColPali with qwen2_vl',
    )
  })
})

describe('BLIP-2', () => {
  const text_config = { model_type: 'opt', hidden_size: 64, ffn_dim: 64, num_hidden_layers: 2, num_attention_heads: 4 }
  const vision_config = { hidden_size: 64, intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 4 }
  const qformer_config = { hidden_size: 48, intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 4 }
  const config = { model_type: 'blip-2', text_config, vision_config, qformer_config }
  const blip2 = architectureFromConfig(config)

  it('reads one image with every text', () => {
    expect(() => estimateMemory(blip2, {})).toThrow('pass `images: 1`')
    expect(() => estimateMemory(blip2, { images: 2 })).toThrow('pass `images: 1`')
    expect(estimateMemory(blip2, { images: 1 }).assumptions.join()).toContain('32 tokens each')
  })

  it('says which dropout of its Q-Former counts', () => {
    const said = (whole: Record<string, unknown>) =>
      estimateMemory(architectureFromConfig(whole), { images: 1 }).assumptions.join()
    expect(said(config)).toContain('`qformer_config.hidden_dropout_prob` 0.1')
    const without = { ...qformer_config, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 }
    expect(said({ ...config, qformer_config: without })).not.toContain('qformer_config')
  })

  it('is refused where its Q-Former is in float32, and with another language model', () => {
    expect(() => estimateMemory(blip2, { images: 1, precision: 'float16' })).toThrow('`qformer` of blip-2 in float32')
    const t5 = { ...config, text_config: { model_type: 't5', d_model: 64, num_layers: 2, num_heads: 4 } }
    expect(() => estimateMemory(architectureFromConfig(t5), {})).toThrow('pass the `text_config` alone')
  })
})

describe('Aria', () => {
  it('refuses images of so many patches that its code has no number of vectors for', () => {
    const heads = { num_attention_heads: 4, num_key_value_heads: 4 }
    const text_config = { hidden_size: 64, num_hidden_layers: 2, ...heads }
    const of = (image_size: number) =>
      architectureFromConfig({
        model_type: 'aria',
        text_config,
        vision_config: { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, patch_size: 14, image_size },
      })
    expect(estimateMemory(of(980), { images: 1 }).assumptions.join()).toContain('256 tokens each')
    expect(() => estimateMemory(of(448), { images: 1 })).toThrow('makes 1024 patches of an image, for which')
  })
})

describe('HunyuanVL', () => {
  it('needs positions on three axes', () => {
    const heads = { num_attention_heads: 4, num_key_value_heads: 4 }
    const of = (rope_parameters: unknown) =>
      architectureFromConfig({
        model_type: 'hunyuan_vl',
        text_config: { hidden_size: 64, num_hidden_layers: 2, ...heads, rope_parameters },
        vision_config: { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4 },
      })
    expect(() => estimateMemory(of({ mrope_section: [8, 8] }), { images: 1 })).toThrow('has 2 axes, and the code')
    const { assumptions } = estimateMemory(of({ xdrope_section: [2, 2, 2, 2] }), { images: 1 })
    expect(assumptions.join()).toContain('1,058 tokens each')
  })
})

describe('Gemma 4', () => {
  const sizes = {
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    vocab_size: 500,
  }
  const of = (audio_config: unknown) =>
    architectureFromConfig({ model_type: 'gemma4', text_config: sizes, audio_config })

  it('hears where it has an encoder of sound, and refuses what the processor cuts off', () => {
    const { assumptions } = estimateMemory(of({ hidden_size: 64 }), { audioSeconds: 30 })
    expect(assumptions.join()).toContain('30 seconds of sound: 750 tokens of each sequence')
    expect(() => estimateMemory(of({ hidden_size: 64 }), { audioSeconds: 31 })).toThrow('pass at most 30')
    expect(() => estimateMemory(of(null), { audioSeconds: 1 })).toThrow(
      'this model has no `audio_config`: leave it out',
    )
  })

  it('says so if it has no encoder of images', () => {
    const blind = architectureFromConfig({ model_type: 'gemma4', text_config: sizes, vision_config: null })
    expect(() => estimateMemory(blind, { images: 1 })).toThrow('this model has no `vision_config`: leave it out')
  })
})

describe('A thinker', () => {
  const sizes = {
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    vocab_size: 500,
  }
  const text_config = { ...sizes, rope_scaling: { mrope_section: [2, 3, 3] } }
  const audio_config = {
    d_model: 64,
    encoder_layers: 2,
    encoder_attention_heads: 4,
    encoder_ffn_dim: 128,
    output_dim: 64,
  }
  const vision_config = { depth: 2, hidden_size: 64, num_heads: 4, intermediate_size: 96, out_hidden_size: 64 }
  const thinker = architectureFromConfig({
    model_type: 'qwen2_5_omni_thinker',
    text_config,
    audio_config,
    vision_config,
  })

  it('sees and hears at once, and refuses what the processor cuts off', () => {
    const { assumptions } = estimateMemory(thinker, { ...SPOKEN, sequenceLength: 1024, audioSeconds: 10 })
    expect(assumptions.join()).toContain('10 seconds of sound, padded to 300: 250 tokens of each sequence')
    expect(assumptions.join()).toContain('images of 448 × 448 pixels: 1 in each sequence, 256 tokens each')
    expect(() => estimateMemory(thinker, { audioSeconds: 301, sequenceLength: 8192 })).toThrow(
      'the processor of Qwen2.5-Omni cuts sound at 300 seconds: pass at most 300',
    )
  })
})

describe('A run with images', () => {
  it('says their size, their tokens, and how to give another size', () => {
    const { assumptions, confidence } = estimateMemory(QWEN, { images: 2 })
    const said = assumptions.join('\n')
    expect(said).toContain('images of 1,036 × 1,036 pixels: 2 in each sequence, 1,369 tokens each')
    expect(said).toContain('pass `imageSize` for another size')
    expect(said).not.toContain('The inputs are text only')
    expect(confidence.activations).toBe('replayed')
    expect(estimateMemory(QWEN, SPOKEN).assumptions.join()).not.toContain('another size')
  })

  it('says that an encoder of one size resizes them', () => {
    const vision_config = {
      model_type: 'clip_vision_model',
      hidden_size: 64,
      num_hidden_layers: 2,
      num_attention_heads: 4,
    }
    const text_config = { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 4 }
    const llava = architectureFromConfig({ model_type: 'llava', vision_config, text_config })
    const large = { images: 1, imageSize: { width: 1920, height: 1080 } }
    const { tensorBytes, assumptions } = estimateMemory(llava, large)
    expect(assumptions.join()).toContain('images of any size are resized to that')
    expect(tensorBytes).toBe(estimateMemory(llava, { images: 1 }).tensorBytes)
  })

  it('needs more memory the more and the larger they are, and none of the tower while it is frozen', () => {
    const sequenceLength = 2048
    const size = (side: number) => ({ width: side, height: side })
    const of = (images: number, side: number, more: MemoryOptions = {}) =>
      total({ sequenceLength, images, imageSize: size(side), recompute: 'none', ...more })
    expect(of(1, 224)).toBeLessThan(of(2, 224))
    expect(of(1, 224)).toBeLessThan(of(1, 448))
    const lora = { method: 'lora', lora: { rank: 4, targetModules: ['q_proj'] } } as const
    const all = { method: 'lora', lora: { rank: 4, targetModules: 'all-linear' } } as const
    const kept = (options: MemoryOptions) => of(2, 448, options) - of(1, 448, options)
    expect(kept(lora)).toBeLessThan(kept(all) / 4)
  })

  it('says what CUDA copies of masks whose rows are no multiple of 8', () => {
    const said = (image_size: number) =>
      estimateMemory(
        architectureFromConfig({
          model_type: 'idefics3',
          vision_config: { hidden_size: 64, num_hidden_layers: 1, num_attention_heads: 4, image_size, patch_size: 14 },
          text_config: { model_type: 'llama', hidden_size: 64, num_hidden_layers: 1, num_attention_heads: 4 },
        }),
        { images: 1, sequenceLength: 8192 },
      ).assumptions.join()
    // 26 × 26 patches.
    expect(said(364)).toContain('because 676 patches are no multiple of 8: 0.9 MB for each tile')
    expect(said(224)).not.toContain('no multiple of 8')
  })

  it('trains the tower, which text alone does not', () => {
    const states = (options: MemoryOptions) => estimateMemory(QWEN, options).parts.optimizerStates
    expect(states(SPOKEN)).toBe(
      countTrainableParameters(QWEN, { finetuningType: 'all_weights' }).trainableParameters * 4,
    )
    expect(states({ sequenceLength: 512 })).toBeLessThan(states(SPOKEN))
  })

  it.each<[MemoryOptions, string]>([
    [{ images: 4 }, '5,476 tokens, more than the 4,096 of `sequenceLength`: pass a longer sequence'],
    [{ imageSize: { width: 10, height: 10 } }, '`imageSize` is given without `images`'],
    [{ images: 1, imageSize: { width: 2010, height: 10 } }, 'one side is more than 200 times the other: pass another'],
    [{ audioSeconds: 30 }, '`audioSeconds` is 30, but qwen2_5_vl has no forward-pass model for them'],
    [{ ...SPOKEN, kernels: 'liger' }, 'no model for liger kernels in encoders: use those of torch'],
    [{ ...SPOKEN, layout: { tensor: 2 } }, 'use `sharding`'],
    [{ ...SPOKEN, finetuningType: 'dpo' }, 'cannot be estimated with the fine-tuning type dpo'],
    [{ ...SPOKEN, finetuningType: 'p_tuning', numVirtualTokens: 4 }, 'leave it out to estimate inputs of text only'],
  ])('is refused with a way out: %o', (options, message) => {
    expect(() => estimateMemory(QWEN, options)).toThrow(message)
  })

  it('is refused where the family sees none, or the class is another', () => {
    expect(() => estimateMemory(LLAMA, { images: 1 })).toThrow('`images` is 1, but llama has no forward-pass model')
    const classifier = architectureFromConfig({ ...QWEN.config, architectures: ['Qwen2_5_VLForTokenClassification'] })
    expect(() => estimateMemory(classifier, SPOKEN)).toThrow('but Qwen2_5_VLForTokenClassification has no forward-pass')
  })

  it('is planned with ranks that share data', () => {
    const plan = planGpus(QWEN, { ...SPOKEN, gpu: { name: 'small', memoryBytes: 170_000_000 + 2 ** 23 }, maxGpus: 4 })
    expect(plan.layout?.tensor ?? 1).toBe(1)
    expect(estimateMemory(QWEN, { ...SPOKEN, world: 2 }).confidence.activations).toBe('derived')
  })
})
