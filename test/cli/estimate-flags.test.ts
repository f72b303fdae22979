import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateCommand } from '../../src/cli/commands/estimate.js'
import { LORA_FLAGS, MEMORY_FLAGS, SHARDING_FLAGS, STEP_FLAGS } from '../../src/cli/estimate-flags/memory-flags.js'
import { memoryOptionsOf } from '../../src/cli/estimate-flags/memory-options-of.js'
import { readLayout, readNames, readRank } from '../../src/cli/estimate-flags/read-value.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'
import { LORA_OPTIONS } from '../../src/estimate/lora/options.js'
import { MEMORY_OPTIONS } from '../../src/estimate/memory-options.js'
import { SHARDING_OPTIONS } from '../../src/estimate/sharding-options.js'
import { runCli } from './run-cli.js'

const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 704,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  vocab_size: 8000,
}
const MODEL = architectureFromConfig(CONFIG)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'estimate-flags-'))
  writeFileSync(join(folder, 'llama.json'), JSON.stringify(CONFIG))
})
afterAll(() => rmSync(folder, { recursive: true }))

const cli = (...args: string[]) => runCli(['estimate', 'llama.json', ...args], { cwd: folder })

/** The options that the command makes of its flags, without starting a process. */
function optionsFor(...args: string[]): MemoryOptions {
  const command = estimateCommand(() => {})
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .action(() => {})
  command.parse(['llama.json', ...args], { from: 'user' })
  const { rank } = command.opts()
  return memoryOptionsOf(command.opts(), { family: 'llama', rank })
}

describe('the flags of a training run', () => {
  it('reach every option of the library', () => {
    const elsewhere = ['method', 'batchSize', 'sequenceLength', 'gradientCheckpointing', 'precision', 'dtype']
    const reached = [...STEP_FLAGS.names.keys(), ...elsewhere, 'lora', 'sharding', 'world']
    expect(reached.sort()).toEqual(Object.keys(MEMORY_OPTIONS).sort())
    expect([...LORA_FLAGS.names.keys(), 'rank'].sort()).toEqual(Object.keys(LORA_OPTIONS).sort())
    expect([...SHARDING_FLAGS.names.keys()].sort()).toEqual(Object.keys(SHARDING_OPTIONS).sort())
  })

  it.each<[string, MemoryOptions]>([
    ['--optimizer-step fused', { optimizerStep: 'fused' }],
    ['--optimizer adamw-8bit --gradient-accumulation 4', { optimizer: 'adamw-8bit', gradientAccumulation: 4 }],
    ['--loss fused --loss-logits model --keep-outputs', { loss: 'fused', lossLogits: 'model', keepOutputs: true }],
    ['--kernels liger --attention eager', { kernels: 'liger', attention: 'eager' }],
    ['--recompute every=2 --reentrant', { recompute: { every: 2 }, reentrant: true }],
    ['--recompute selective --no-reentrant', { recompute: 'selective', reentrant: false }],
    ['--no-autocast --input-gradients', { autocast: false, inputGradients: true }],
    ['--no-output-router-logits --attention-mask', { outputRouterLogits: false, attentionMask: true }],
    ['--quantization nf4 --quantize-experts', { quantization: 'nf4', quantizeExperts: true }],
    ['--quantization nf4 --prepare-for-kbit-training', { quantization: 'nf4', prepareForKbitTraining: true }],
    [
      '--finetuning-type prompt_tuning --num-virtual-tokens 20',
      { finetuningType: 'prompt_tuning', numVirtualTokens: 20 },
    ],
    [
      '--finetuning-type prefix_tuning --num-virtual-tokens 20 --prefix-projection --encoder-hidden-size 128',
      { finetuningType: 'prefix_tuning', numVirtualTokens: 20, prefixProjection: true, encoderHiddenSize: 128 },
    ],
    ['--finetuning-type top_layers --layers 3', { finetuningType: 'top_layers', layers: 3 }],
    ['--rank 8 --peft-type vera', { lora: { rank: 8, targetModules: 'all-linear', peftType: 'vera' } }],
    [
      '--rank 8 --target-parameters experts.gate_up_proj --alpha-pattern q_proj=64',
      {
        lora: {
          rank: 8,
          targetModules: 'all-linear',
          targetParameters: ['experts.gate_up_proj'],
          alphaPattern: { q_proj: 64 },
        },
      },
    ],
    ['--layout tp=4,pipeline=2', { layout: { tensor: 4, pipeline: 2 } }],
    ['--layout tp=4,sp', { layout: { tensor: 4, sequenceParallel: true } }],
    ['--ranks 8', { sharding: { strategy: 'fsdp2', ranks: 8 } }],
    [
      '--sharding zero-3 --ranks 4 --parameter-dtype float32 --reduce-dtype float32 --no-reshard-after-forward --offload optimizer,activations',
      {
        sharding: {
          strategy: 'zero-3',
          ranks: 4,
          parameterDtype: 'float32',
          reduceDtype: 'float32',
          reshardAfterForward: false,
          offload: ['optimizer', 'activations'],
        },
      },
    ],
    [
      '--sharding zero-2 --ranks 4 --deepspeed reduce_bucket_size=2e8,overlap_comm=true',
      {
        sharding: { strategy: 'zero-2', ranks: 4, deepspeed: { reduceBucketSize: 2e8, overlapComm: true } },
      },
    ],
    ['--offload activations', { sharding: { strategy: 'none', ranks: 1, offload: ['activations'] } }],
    ['--rank 8 --use-dora --bias all', { lora: { rank: 8, targetModules: 'all-linear', useDora: true, bias: 'all' } }],
    [
      '--target-modules q_proj,v_proj --layers-to-transform 0,2 --lora-dropout 0.05 --use-rslora --layers-pattern layers',
      {
        lora: {
          rank: 32,
          targetModules: ['q_proj', 'v_proj'],
          layersToTransform: [0, 2],
          loraDropout: 0.05,
          useRslora: true,
          layersPattern: ['layers'],
        },
      },
    ],
    [
      '--rank-pattern q_proj=64 --rank-pattern v_proj=8 --modules-to-save embed_tokens,lm_head --exclude-modules o_proj',
      {
        lora: {
          rank: 32,
          targetModules: 'all-linear',
          rankPattern: { q_proj: 64, v_proj: 8 },
          modulesToSave: ['embed_tokens', 'lm_head'],
          excludeModules: ['o_proj'],
        },
      },
    ],
    ['', {}],
  ])('say %s', (args, options) => {
    expect(optionsFor(...args.split(' ').filter(Boolean))).toEqual(options)
  })

  it('state defaults that are the defaults of the library', () => {
    const bytes = (method: 'full' | 'lora', options: MemoryOptions) =>
      estimateMemory(MODEL, { method, sequenceLength: 64, ...options }).tensorBytes
    const choices = MEMORY_FLAGS.flatMap((flag) => {
      const [, stated] = /\(default: ([a-z0-9-]+)\)$/.exec(flag.description) ?? []
      return stated !== undefined && flag.argChoices?.includes(stated) ? [[flag.long ?? '', stated] as const] : []
    })
    expect(choices.map(([flag]) => flag)).toEqual([
      '--optimizer',
      '--optimizer-step',
      '--loss',
      '--loss-logits',
      '--kernels',
      '--attention',
      '--bias',
      '--peft-type',
    ])
    for (const [flag, stated] of choices) {
      const method = flag === '--bias' || flag === '--peft-type' ? 'lora' : 'full'
      expect(bytes(method, optionsFor(flag, stated)), flag).toBe(bytes(method, {}))
    }
    expect(bytes('full', optionsFor('--recompute', 'layers'))).toBe(bytes('full', {}))
  })

  it('change what the command prints as they change the estimate', () => {
    const printed = (...args: string[]) =>
      JSON.parse(cli('--method', 'lora', '--context', '64', '--format', 'json', ...args).stdout).rows[0].estimate
        .tensorBytes
    const args = ['--use-dora', '--modules-to-save', 'embed_tokens', '--loss', 'fused-linear']
    const { tensorBytes } = estimateMemory(MODEL, { method: 'lora', sequenceLength: 64, ...optionsFor(...args) })
    expect(printed(...args)).toBe(tensorBytes)
    expect(printed()).not.toBe(tensorBytes)
  })

  it.each([
    ['--loss fuse', 'did you mean "fused"?'],
    ['--sharding zero2 --ranks 2', 'did you mean "zero-2"?'],
    ['--offload optimiser', 'did you mean "optimizer"?'],
    ['--use-dorra', 'Did you mean --use-dora?'],
    ['--ranks many', 'it should be an integer from 1 to 1000000000, not "many"'],
    ['--ranks 0', '`--ranks` should be an integer from 1'],
    ['--lora-dropout 2', '`--lora-dropout` should be a number from 0 to 1, not 2'],
    ['--recompute every=x', 'such as every=4'],
    ['--recompute layer', 'did you mean "layers"?'],
    ['--layout tensr=2', 'did you mean "tensor"?'],
    ['--layout dp=2', 'unknown way "dp"'],
    ['--layout tp=2,tensor=4', 'tensor is given twice'],
    ['--layout tp', 'such as tp=4,pp=2'],
    ['--rank-pattern q_proj', 'such as q_proj=64'],
    ['--modules-to-save ,', 'names with commas between them'],
    ['--sharding zero-2 --ranks 2 --deepspeed reduce_bucket_siz=5', 'did you mean "reduce_bucket_size"?'],
    ['--sharding zero-2 --ranks 2 --deepspeed overlap_comm=5', 'overlapComm'],
    [
      '--sharding fsdp2 --ranks 2 --deepspeed overlap_comm=true',
      '--deepspeed needs DeepSpeed: zero-1, zero-2 or zero-3',
    ],
    ['--sharding zero-2', '--sharding zero-2 needs a number of ranks'],
    ['--parameter-dtype float32', '--parameter-dtype needs ranks'],
    ['--sharding ddp --ranks 2 --parameter-dtype float32', '--parameter-dtype needs parameters that are gathered'],
    ['--sharding zero-1 --ranks 2 --reduce-dtype float32', '--reduce-dtype needs gradients that are shared'],
    ['--layout tp=2,sp --loss fused', '--layout sp cannot be estimated with the loss fused: pass --loss logits'],
    [
      '--layout tp=2 --kernels liger',
      '--layout tp cannot be estimated with the kernels of liger: pass --kernels torch',
    ],
    ['--loss chunked --loss-logits model', '--loss-logits has no meaning with the loss chunked'],
    ['--recompute layers --no-checkpointing', '--recompute and --no-checkpointing say different things'],
    ['--method lora --layers-to-transform 0', '--layers-to-transform works only with a list of targets'],
    ['--method lora --finetuning-type dpo', '--method and --finetuning-type both say what is trained'],
    ['--finetuning-type p_tuning', '--num-virtual-tokens is missing: the fine-tuning type p_tuning needs it'],
    ['--layers 2', '--layers belongs to a fine-tuning type: pass --finetuning-type too'],
    ['--method full --quantization nf4', 'the method full trains the weights; use lora or qlora'],
  ])('say what is wrong with %s', (args, words) => {
    expect(cli(...args.split(' '))).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
  })

  it('say that a dtype of shards has no effect with one rank', () => {
    const { stdout } = cli('--sharding', 'fsdp2', '--ranks', '1', '--parameter-dtype', 'float32')
    expect(stdout).toContain('has no effect with one rank')
  })

  it('leave out the search for GPUs if the layout is given', () => {
    expect(cli('--context', '64').stdout).toContain('The fewest GPUs that this run fits on: 1')
    expect(cli('--context', '64', '--layout', 'tp=2').stdout).not.toContain('The fewest GPUs')
  })
})

describe('the report', () => {
  it.each(['pretty', 'markdown'])('names the range, how each part is known, and what is assumed: %s', (format) => {
    const { stdout } = cli('--kernels', 'unsloth', '--format', format)
    expect(stdout).toMatch(/nvidia-smi/)
    expect(stdout).toMatch(/\d to \d+\.\d\d GiB/)
    expect(stdout).toMatch(/optimizer states.*: operation by operation/)
    expect(stdout).toMatch(/activations.*: from the code of a library/)
    expect(stdout).toContain('overhead: by a rule')
    expect(stdout).toContain('the kernels that Unsloth had in 2024')
  })
})

describe('readers of values', () => {
  const name = fc.stringMatching(/^[a-z_]{1,12}$/)

  it('read back the names that were written', () => {
    const names = fc.array(name, { minLength: 1 })
    fc.assert(
      fc.property(names, (written) => {
        expect(readNames(written.join(','))).toEqual(written)
      }),
    )
  })

  it('read back a pattern, with equals signs or without', () => {
    const pattern = fc.stringMatching(/^[a-z=.*()]{1,12}$/)
    fc.assert(
      fc.property(pattern, fc.nat(), (text, rank) => {
        expect(readRank(`${text}=${rank}`, undefined)).toEqual({ [text]: rank })
      }),
    )
  })

  it('read back a layout', () => {
    const degrees = fc.record({ tensor: fc.nat(), pipeline: fc.nat(), context: fc.nat(), expert: fc.nat() })
    const written = (layout: object) => Object.entries(layout).map((way) => way.join('='))
    fc.assert(
      fc.property(degrees, (layout) => {
        expect(readLayout(written(layout).join(','))).toEqual(layout)
      }),
    )
  })
})
