import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { architectureFromConfig } from '../../../src/architecture/index.js'
import { UsageError } from '../../../src/cli/exit-code.js'
import { type ReadJob, readJob, readJobText } from '../../../src/cli/jobs/read-job.js'
import { estimateMemory, type MemoryOptions } from '../../../src/estimate/index.js'

const pathOf = (name: string) => fileURLToPath(new URL(`../../fixtures/jobs/${name}`, import.meta.url))
const job = (name: string): ReadJob => readJobText(readFileSync(pathOf(name), 'utf8'), name)
const of = (values: object): ReadJob => readJobText(stringify(values), 'job.yml')

const MODEL = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 256,
})

describe('the examples of the packages', () => {
  it.each<[string, Partial<ReadJob>]>([
    [
      'axolotl-qlora-1b.yml',
      {
        format: 'axolotl',
        model: 'NousResearch/Llama-3.2-1B',
        options: {
          preset: 'axolotl',
          method: 'qlora',
          quantization: 'nf4-double',
          optimizer: 'adamw-8bit',
          autocast: true,
          recompute: 'layers',
          batchSize: 2,
          sequenceLength: 2048,
          gradientAccumulation: 4,
          lora: {
            rank: 32,
            loraDropout: 0.05,
            targetModules: ['gate_proj', 'down_proj', 'up_proj', 'q_proj', 'v_proj', 'k_proj', 'o_proj'],
          },
        },
        warnings: [],
      },
    ],
    [
      'axolotl-fft-8b-liger-fsdp.yaml',
      {
        format: 'axolotl',
        model: 'NousResearch/Meta-Llama-3.1-8B',
        needsRanks: true,
        options: {
          preset: 'axolotl',
          method: 'full',
          optimizer: 'adamw',
          optimizerStep: 'fused',
          autocast: true,
          kernels: 'liger',
          loss: 'fused-linear',
          recompute: 'layers',
          reentrant: false,
          batchSize: 2,
          sequenceLength: 4096,
          gradientAccumulation: 4,
          sharding: {
            strategy: 'fsdp1',
            ranks: 1,
            parameterDtype: 'float32',
            reduceDtype: 'bfloat16',
            offload: ['parameters'],
          },
        },
        warnings: [],
      },
    ],
    [
      'llamafactory-qwen3-lora-sft-bnb.yaml',
      {
        format: 'LLaMA-Factory',
        model: 'Qwen/Qwen3-4B-Instruct-2507',
        options: {
          preset: 'llama-factory',
          method: 'qlora',
          quantization: 'nf4',
          autocast: true,
          batchSize: 1,
          sequenceLength: 2048,
          gradientAccumulation: 8,
          lora: { rank: 8, targetModules: 'all-linear' },
        },
        warnings: [],
      },
    ],
    [
      'llamafactory-qwen3-full-sft.yaml',
      {
        format: 'LLaMA-Factory',
        model: 'Qwen/Qwen3-4B-Instruct-2507',
        needsRanks: true,
        options: {
          preset: 'llama-factory',
          method: 'full',
          autocast: true,
          batchSize: 1,
          sequenceLength: 2048,
          gradientAccumulation: 2,
          sharding: { strategy: 'zero-3', ranks: 1 },
        },
        warnings: [
          'llamafactory-qwen3-full-sft.yaml:9:1: `deepspeed`: examples/deepspeed/ds_z3_config.json cannot be read; its name says zero-3',
        ],
      },
    ],
    [
      'torchtune-8B-lora-single-device.yaml',
      {
        format: 'torchtune',
        model: '/tmp/Meta-Llama-3.1-8B-Instruct/',
        options: {
          preset: 'torchtune',
          method: 'lora',
          optimizer: 'adamw',
          optimizerStep: 'fused',
          loss: 'chunked',
          recompute: 'layers',
          batchSize: 2,
          gradientAccumulation: 8,
          lora: {
            rank: 8,
            loraDropout: 0,
            targetModules: ['q_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
          },
        },
        warnings: [
          'torchtune-8B-lora-single-device.yaml:32:1: `tokenizer`: max_seq_len is not set: sequences of 4096 tokens are counted, or what --context says',
        ],
      },
    ],
    [
      'trl-sft.yaml',
      {
        format: 'TRL',
        model: 'Qwen/Qwen3-0.6B',
        options: {
          preset: 'trl',
          method: 'qlora',
          quantization: 'nf4',
          optimizer: 'adamw-8bit-paged',
          recompute: 'layers',
          batchSize: 2,
          sequenceLength: 2048,
          gradientAccumulation: 8,
          lora: { rank: 32, targetModules: 'all-linear' },
        },
        warnings: [],
      },
    ],
  ])('%s is read as it is meant', (name, expected) => {
    expect(job(name)).toEqual(expected)
  })

  it('torchtune-8B-full-single-device.yaml updates each parameter in backward', () => {
    const { options } = job('torchtune-8B-full-single-device.yaml')
    expect(options).toMatchObject({ method: 'full', optimizer: 'adamw-8bit-paged', optimizerStep: 'in-backward' })
  })

  it("accelerate's config beside a job says how ranks share the model", async () => {
    const files = ['trl-accelerate-zero3.yaml', 'trl-sft.yaml'].map(pathOf)
    const { format, options, warnings, needsRanks } = await readJob(files)
    expect({ format, needsRanks }).toEqual({ format: 'TRL', needsRanks: false })
    expect(options.sharding).toEqual({ strategy: 'zero-3', ranks: 8 })
    expect(options.autocast).toBe(false)
    expect(warnings).toEqual([])
    // DeepSpeed's engine runs on one rank, too.
    const folder = mkdtempSync(join(tmpdir(), 'job-'))
    const alone = readFileSync(pathOf('trl-accelerate-zero3.yaml'), 'utf8').replace(
      /num_processes: 8/,
      'num_processes: 1',
    )
    writeFileSync(join(folder, 'accelerate.yaml'), alone)
    const onOne = await readJob([join(folder, 'accelerate.yaml'), pathOf('trl-sft.yaml')])
    expect(onOne.options).toMatchObject({ sharding: { strategy: 'zero-3', ranks: 1 }, autocast: false })
    expect((await readJob(['trl-accelerate-fsdp2.yaml', 'trl-sft.yaml'].map(pathOf))).options.sharding).toEqual({
      strategy: 'fsdp2',
      ranks: 8,
    })
  })
})

describe('a job with DeepSpeed', () => {
  const read = async (values: object): Promise<ReadJob> => {
    const folder = mkdtempSync(join(tmpdir(), 'job-'))
    writeFileSync(join(folder, 'job.yml'), stringify({ model_name_or_path: 'a/b', bf16: true, ...values }))
    return readJob([join(folder, 'job.yml')])
  }
  const zero = { zero_optimization: { stage: 2 } }

  it('runs without autocast, which DeepSpeed turns off', async () => {
    expect((await read({})).options.autocast).toBe(true)
    expect((await read({ deepspeed: zero })).options.autocast).toBe(false)
  })

  it('says that it does not count `torch_autocast`', async () => {
    const { warnings } = await read({ deepspeed: { ...zero, torch_autocast: { enabled: true } } })
    expect(warnings.join()).toContain('`deepspeed.torch_autocast`: not counted; --autocast')
  })
})

describe('a key of a job', () => {
  it.each<[string, object, Partial<MemoryOptions>]>([
    ['8-bit weights in axolotl', { base_model: 'a/b', adapter: 'lora', load_in_8bit: true }, { quantization: 'int8' }],
    ['no adapter in axolotl', { base_model: 'a/b' }, { method: 'full' }],
    ['a cut cross entropy', { base_model: 'a/b', cut_cross_entropy: true }, { loss: 'fused-linear' }],
    ['offloaded activations', { base_model: 'a/b', gradient_checkpointing: 'offload' }, { recompute: 'layers' }],
    [
      'FSDP of version 2',
      {
        base_model: 'a/b',
        fsdp_version: 2,
        fsdp_config: { reshard_after_forward: false, activation_checkpointing: true },
      },
      {
        recompute: 'layers',
        sharding: { strategy: 'fsdp2', ranks: 1, reshardAfterForward: false, parameterDtype: 'float32' },
      },
    ],
    ['FSDP of the Trainer', { model_name_or_path: 'a/b', fsdp: true }, { sharding: { strategy: 'fsdp2', ranks: 1 } }],
    [
      'FSDP of the Trainer in words',
      { model_name_or_path: 'a/b', fsdp: 'shard_grad_op offload auto_wrap' },
      { sharding: { strategy: 'fsdp2', ranks: 1, reshardAfterForward: false, offload: ['parameters'] } },
    ],
    [
      'the first FSDP of the Trainer, whose micro-batches are all synchronised',
      {
        model_name_or_path: 'a/b',
        fsdp: 'full_shard',
        fsdp_config: { version: 1, cpu_offload: true },
        accelerator_config: { gradient_accumulation_kwargs: { sync_each_batch: true } },
      },
      { sharding: { strategy: 'fsdp1', ranks: 1, syncEachBatch: true, offload: ['parameters'] } },
    ],
    ['no FSDP of the Trainer', { model_name_or_path: 'a/b', fsdp: '' }, { method: 'full-mixed' }],
    [
      'all weights in LLaMA-Factory',
      { model_name_or_path: 'a/b', stage: 'sft', finetuning_type: 'full' },
      { method: 'full-mixed' },
    ],
    ['pure bfloat16', { model_name_or_path: 'a/b', finetuning_type: 'full', pure_bf16: true }, { method: 'full' }],
    ['Unsloth in LLaMA-Factory', { model_name_or_path: 'a/b', stage: 'sft', use_unsloth: true }, { preset: 'unsloth' }],
    [
      'float32, the default of the trl command',
      { model_name_or_path: 'a/b' },
      { method: 'full-mixed', batchSize: 8, sequenceLength: 1024 },
    ],
    [
      'GRPO of TRL, without a reference by default',
      { model_name_or_path: 'a/b', dtype: 'bfloat16', num_generations: 4, max_completion_length: 256 },
      { finetuningType: 'grpo', targetLength: 256, sequenceLength: 768, referenceModel: false },
    ],
    [
      'GRPO of TRL with a reference',
      { model_name_or_path: 'a/b', dtype: 'bfloat16', reward_funcs: ['x'], beta: 0.04, max_prompt_length: 1000 },
      { finetuningType: 'grpo', targetLength: 512, sequenceLength: 1512 },
    ],
    [
      'RLOO of TRL, which asks a reference by default',
      { model_name_or_path: 'a/b', dtype: 'bfloat16', normalize_advantages: true, num_generations: 2 },
      { finetuningType: 'grpo', targetLength: 512 },
    ],
    [
      'DPO of TRL with answers that were computed before',
      { model_name_or_path: 'a/b', dtype: 'bfloat16', precompute_ref_log_probs: true, beta: 0.1 },
      { finetuningType: 'dpo', referenceModel: false },
    ],
    ['IPO of TRL', { model_name_or_path: 'a/b', dtype: 'bfloat16', loss_type: ['ipo'] }, { finetuningType: 'ipo' }],
    ['KTO of TRL', { model_name_or_path: 'a/b', dtype: 'bfloat16', loss_type: 'kto' }, { finetuningType: 'kto' }],
    [
      'GRPO of axolotl',
      {
        base_model: 'a/b',
        rl: 'grpo',
        sequence_len: 1024,
        trl: { beta: 0.001, max_completion_length: 1024, num_generations: 4 },
      },
      { finetuningType: 'grpo', targetLength: 1024, sequenceLength: 1536 },
    ],
    [
      'ranks and layers of adapters',
      {
        base_model: 'a/b',
        adapter: 'lora',
        lora_r: 8,
        lora_target_modules: ['q_proj'],
        lora_rank_pattern: { q_proj: 32 },
        peft_layers_to_transform: [0, 1],
      },
      { lora: { rank: 8, targetModules: ['q_proj'], rankPattern: { q_proj: 32 }, layersToTransform: [0, 1] } },
    ],
    [
      'adapters on parameters',
      {
        base_model: 'a/b',
        adapter: 'lora',
        lora_r: 8,
        lora_target_parameters: ['q_proj.weight', 'mlp.up_proj.weight'],
      },
      {
        lora: {
          rank: 8,
          targetModules: [],
          targetParameters: ['q_proj.weight', 'mlp.up_proj.weight'],
        },
      },
    ],
    [
      'adapters on parameters beside layers in TRL',
      {
        model_name_or_path: 'a/b',
        use_peft: true,
        lora_target_modules: ['q_proj'],
        lora_target_parameters: ['o_proj.weight'],
        lora_dropout: 0,
      },
      { lora: { rank: 16, targetModules: ['q_proj'], targetParameters: ['o_proj.weight'], loraDropout: 0 } },
    ],
    [
      'no loss of routers in TRL',
      { model_name_or_path: 'a/b', router_aux_loss_coef: 0 },
      { outputRouterLogits: false },
    ],
    [
      'the loss of routers in TRL',
      { model_name_or_path: 'a/b', router_aux_loss_coef: 0.01 },
      { outputRouterLogits: true },
    ],
    [
      'the loss of routers in axolotl',
      { base_model: 'a/b', model_config: { output_router_logits: true } },
      { outputRouterLogits: true },
    ],
    [
      'DPO of LLaMA-Factory, from all logits',
      { model_name_or_path: 'a/b', stage: 'dpo', template: 'llama3' },
      { finetuningType: 'dpo', loss: 'logits' },
    ],
    ['DPO on all weights', { base_model: 'a/b', rl: 'dpo', cut_cross_entropy: true }, { finetuningType: 'dpo' }],
    [
      'KTO with adapters on packed weights',
      { base_model: 'a/b', rl: 'kto', adapter: 'qlora', lora_r: 4 },
      { finetuningType: 'kto', quantization: 'nf4-double', lora: { rank: 4 } },
    ],
    [
      'ORPO in LLaMA-Factory',
      { model_name_or_path: 'a/b', stage: 'dpo', pref_loss: 'orpo', finetuning_type: 'full' },
      { finetuningType: 'orpo', dtype: 'float32', autocast: true },
    ],
    [
      'float32 below adapters',
      { model_name_or_path: 'a/b', use_peft: true },
      { method: 'lora', dtype: 'float32', lora: { rank: 16 } },
    ],
    ['float32 in axolotl', { base_model: 'a/b', bf16: false }, { method: 'full', dtype: 'float32', autocast: false }],
    [
      'every second layer',
      {
        model_name_or_path: 'a/b',
        activation_checkpointing: true,
        activation_checkpointing_kwargs: { every_n_layers: 2 },
      },
      { recompute: { every: 2 } },
    ],
    [
      'a config of accelerate by name',
      { model_name_or_path: 'a/b', accelerate_config: 'zero2', num_processes: 4 },
      { sharding: { strategy: 'zero-2', ranks: 4 } },
    ],
    [
      'ZeRO in the job',
      {
        model_name_or_path: 'a/b',
        deepspeed: { zero_optimization: { stage: 2, offload_optimizer: { device: 'cpu' } } },
      },
      { sharding: { strategy: 'zero-2', ranks: 1, offload: ['optimizer'] } },
    ],
    [
      'how large the buffers of DeepSpeed are',
      {
        base_model: 'a/b',
        deepspeed: {
          zero_optimization: {
            ...{ stage: 3, overlap_comm: true, reduce_bucket_size: 'auto', stage3_max_live_parameters: 1e8 },
            stage3_prefetch_bucket_size: 'auto',
          },
        },
      },
      {
        sharding: {
          strategy: 'zero-3',
          ranks: 1,
          deepspeed: { reduceBucketSize: 'auto', maxLiveParameters: 1e8, prefetchBucketSize: 'auto' },
        },
      },
    ],
  ])('says %s', (_, values, expected) => {
    const { options } = of(values)
    expect(options).toMatchObject(expected)
    const short = { ...options, sequenceLength: 32, ...(options.targetLength && { targetLength: 8 }) }
    expect(estimateMemory(MODEL, short).totalBytes).toBeGreaterThan(0)
    if (options.finetuningType) expect(options).not.toHaveProperty('method')
  })

  it.each([
    ['of no known meaning', { base_model: 'a/b', lora_rr: 8 }, 'job.yml:2:1: `lora_rr`: not known, and not counted'],
    ['that is misspelt', { base_model: 'a/b', micro_batch_sze: 8 }, 'did you mean `micro_batch_size`?'],
    [
      'with an optimizer that cannot be estimated',
      { base_model: 'a/b', optimizer: 'lomo' },
      '`optimizer`: lomo cannot be estimated; adamw is counted',
    ],
    ['inside a mapping', { base_model: 'a/b', fsdp_config: { zzz: 1 } }, 'job.yml:3:3: `fsdp_config.zzz`: not known'],
    ['that needs other models', { base_model: 'a/b', rl: 'ebft' }, 'only the model that is trained is counted'],
    [
      'of layers beside all linear layers',
      { base_model: 'a/b', adapter: 'lora', lora_r: 4, lora_target_linear: true, peft_layers_to_transform: [0] },
      'adapters are counted on all layers',
    ],
    ['that is like another', { base_model: 'a/b', rl: 'simpo' }, 'simpo is counted as orpo'],
    ['without its command', { model_name_or_path: 'a/b', beta: 0.1 }, 'give --finetuning-type dpo, kto or grpo'],
    [
      'with vLLM',
      { model_name_or_path: 'a/b', reward_funcs: ['x'], use_vllm: true, max_prompt_length: 9 },
      'what vLLM holds is not counted',
    ],
    ['with an unknown loss', { model_name_or_path: 'a/b', loss_type: 'sigmoyd' }, 'not known, and not counted'],
    [
      'of dropout beside parameters',
      {
        base_model: 'a/b',
        adapter: 'lora',
        lora_r: 8,
        lora_dropout: 0.1,
        lora_target_parameters: ['experts.down_proj'],
      },
      'not counted beside `lora_target_parameters`',
    ],
    [
      'of the loss of routers in LLaMA-Factory',
      { model_name_or_path: 'a/b', stage: 'sft', moe_aux_loss_coef: 0.01 },
      'in the families that it lists alone',
    ],
    ['of adapters without one', { base_model: 'a/b', lora_r: 8 }, '`lora_r`: no effect without `adapter`'],
  ])('%s is warned about', (_, values, warning) => {
    const { warnings } = of(values)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(warning)
  })

  it('is refused if it is a weight of the reference that is no number', () => {
    const values = { model_name_or_path: 'a/b', reward_funcs: ['x'], beta: 'much' }
    expect(() => of(values)).toThrow('job.yml:4:1: beta: expected a number from 0')
    expect(of({ ...values, beta: '4e-2' }).options.referenceModel).toBeUndefined()
    expect(of({ ...values, beta: '0' }).options.referenceModel).toBe(false)
  })

  it('is never ignored in silence: whatever is not known is named', () => {
    const key = fc.stringMatching(/^[a-z]{3,8}_[qxz]{2,4}$/)
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 6 }),
        fc.constantFrom('base_model', 'model_name_or_path'),
        (names, model) => {
          const values = { [model]: 'a/b', ...Object.fromEntries(names.map((name) => [name, 1])) }
          const { warnings } = of(values)
          const unknown = names.filter((name) => !/^(?:wandb|eval|save|hub|log|dataset|fsdp|lr|ray)_/.test(name))
          for (const name of unknown) expect(warnings.join('\n')).toContain(`\`${name}\``)
        },
      ),
    )
  })

  it('of a wrong type is an error with its place', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('micro_batch_size', 'sequence_len', 'lora_r'),
        fc.oneof(fc.constantFrom(0, -1, 1.5, 'many', true), fc.array(fc.nat(), { minLength: 1, maxLength: 2 })),
        (key, value) => {
          const values = { base_model: 'a/b', adapter: 'lora', [key]: value }
          expect(() => of(values)).toThrow(new RegExp(`^job\\.yml:3:1: ${key}: expected an integer`))
        },
      ),
    )
  })
})

describe('what is no job', () => {
  it.each([
    ['broken YAML', 'base_model: [a\nb: 1', /^job\.yml:\d+:\d+: /],
    ['a list', '- 1\n', /^job\.yml:1:1: expected keys with values/],
    ['another config', 'name: x\n', /is no config of torchtune, axolotl/],
    [
      'aliases that grow',
      `a: &a [1,2,3]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [${'*c,'.repeat(200)}]\nbase_model: x`,
      /^job\.yml:1:1: /,
    ],
    ['nesting without end', `base_model: ${'['.repeat(20_000)}`, /^job\.yml:\d+:\d+: /],
    [
      'a reference to nothing',
      `checkpointer: { checkpoint_dir: "$\{x.y}" }\nmodel: { _component_: a.lora_b }`,
      /\$\{x\.y\} stands for nothing/,
    ],
  ])('%s is an error of usage', (_, text, message) => {
    expect(() => readJobText(text, 'job.yml')).toThrow(UsageError)
    expect(() => readJobText(text, 'job.yml')).toThrow(message)
  })

  it('any text is read or refused as wrong usage', () => {
    const line = fc.tuple(
      fc.constantFrom('base_model', 'lora_r', 'bf16', 'fsdp_config', 'deepspeed', '- x', '<<', '&a b'),
      fc.json(),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = lines.map(([key, value]) => `${key}: ${value}`).join('\n')
        try {
          readJobText(text, 'job.yml')
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
    )
  })

  it("accelerate's config alone says so, and so do two jobs", async () => {
    await expect(readJob([pathOf('trl-accelerate-fsdp2.yaml')])).rejects.toThrow('give the config of the job too')
    await expect(readJob(['trl-sft.yaml', 'axolotl-qlora-1b.yml'].map(pathOf))).rejects.toThrow('one job at a time')
  })
})

it('Lion is that of bitsandbytes under the names of transformers', () => {
  const optimizerOf = (optimizer: string) => of({ base_model: 'a/b', optimizer }).options.optimizer
  expect(['lion_32bit', 'lion_8bit', 'lion_pytorch'].map(optimizerOf)).toEqual(['lion-32bit', 'lion-8bit', 'lion'])
})

it("transformers' names of optimizers of torchao and of pages are read", () => {
  const optimizerOf = (optimizer: string) => of({ base_model: 'a/b', optimizer }).options.optimizer
  expect(
    ['adamw_torch_8bit', 'adamw_torch_4bit', 'ao_adamw_fp8', 'paged_adamw_32bit', 'paged_lion_8bit'].map(optimizerOf),
  ).toEqual(['adamw-8bit-torchao', 'adamw-4bit-torchao', 'adamw-fp8-torchao', 'adamw-32bit-paged', 'lion-8bit-paged'])
})

it('axolotl packs experts of a QLoRA job, and warns where that is not counted', () => {
  const job = (more: object) =>
    of({ base_model: 'a/b', adapter: 'qlora', quantize_moe_experts: true, lora_r: 8, ...more })
  expect(job({}).options.quantizeExperts).toBe(true)
  expect(job({}).warnings).toEqual([])
  const inEight = job({ adapter: 'lora', load_in_8bit: true })
  expect(inEight.options.quantizeExperts).toBeUndefined()
  expect(inEight.warnings.join()).toContain('those in 8 bits are not replayed')
  const adapted = job({ lora_target_parameters: ['mlp.experts.down_proj'] })
  expect(adapted.options.quantizeExperts).toBeUndefined()
  expect(adapted.warnings.join()).toContain('counted in 16 bits beside')
})

/** Their steps stop at the shards of FSDP2. */
const STOPPED_AT_SHARDS = new Set(['adamw_bnb_8bit', 'adafactor', 'paged_adamw_8bit', 'lion_32bit'])

it('the options of a job can be estimated, if torch can run them', () => {
  const flags = fc.record(
    {
      adapter: fc.constantFrom('lora', 'qlora', null),
      load_in_4bit: fc.boolean(),
      load_in_8bit: fc.boolean(),
      lora_r: fc.constantFrom(4, 8),
      lora_target_linear: fc.boolean(),
      lora_dropout: fc.constantFrom(0, 0.1),
      optimizer: fc.constantFrom('adamw_torch', 'adamw_bnb_8bit', 'adafactor', 'paged_adamw_8bit', 'lion_32bit', 'sgd'),
      bf16: fc.constantFrom('auto', true, false),
      gradient_checkpointing: fc.constantFrom(true, false, 'offload'),
      cut_cross_entropy: fc.boolean(),
      rl: fc.constantFrom('dpo', 'kto', 'orpo', 'simpo'),
      liger_rms_norm: fc.boolean(),
      attn_implementation: fc.constantFrom('eager', 'sdpa'),
      gradient_accumulation_steps: fc.constantFrom(1, 4),
      fsdp_version: fc.constantFrom(1, 2),
      dp_shard_size: fc.constantFrom(1, 4),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(flags, (values) => {
      const { options } = of({ base_model: 'a/b', sequence_len: 32, ...values })
      const isSharded = values.dp_shard_size === 4 && values.fsdp_version !== 1
      const isStopped = isSharded && STOPPED_AT_SHARDS.has(values.optimizer ?? '')
      const isInt8 = values.dp_shard_size === 4 && options.quantization === 'int8'
      if (isStopped || isInt8) expect(() => estimateMemory(MODEL, options)).toThrow('cannot be estimated with fsdp')
      else expect(estimateMemory(MODEL, options).totalBytes).toBeGreaterThan(0)
    }),
    { numRuns: 60 },
  )
})
