import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { estimateCommand } from '../../../src/cli/commands/estimate.js'
import { memoryOptionsOf } from '../../../src/cli/estimate-flags/memory-options-of.js'
import { modelOfJob, withMethod } from '../../../src/cli/jobs/job-flag.js'
import type { MemoryOptions } from '../../../src/estimate/index.js'
import { runCli } from '../run-cli.js'

const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 704,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  vocab_size: 8000,
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-'))
  writeFileSync(join(folder, 'llama.json'), JSON.stringify(CONFIG))
  writeFileSync(
    join(folder, 'job.yml'),
    'base_model: llama.json\nadapter: lora\nlora_r: 4\nlora_target_linear: true\nsequence_len: 128\nmicro_batch_size: 3\nodd_key: 1\n',
  )
  writeFileSync(join(folder, 'shared.yml'), 'base_model: llama.json\ndeepspeed: zero.json\n')
  writeFileSync(join(folder, 'zero.json'), JSON.stringify({ zero_optimization: { stage: 3 } }))
  writeFileSync(join(folder, 'nowhere.yml'), 'base_model: /no/such/folder\n')
  writeFileSync(join(folder, 'wrong.yml'), 'base_model: llama.json\nsequence_len: long\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const cli = (...args: string[]) => runCli(['estimate', ...args], { cwd: folder })

describe('model-entity estimate --job', () => {
  it('estimates the model and the run of the job, and warns about what it does not count', () => {
    const { code, stdout, stderr } = cli('--job', 'job.yml', '--format', 'json')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'warning: job.yml:7:1: `odd_key`: not known, and not counted\n',
    })
    const report: unknown = JSON.parse(stdout)
    expect(report).toMatchObject({ method: 'lora' })
    expect(stdout).toContain('job.yml:7:1')
    expect(stdout).toContain('batch 3, context 128')
    expect(stdout).toContain('preset axolotl: ')
  })

  it.each<[string, string[], number, string]>([
    ['no model at all', [], 2, 'give a model, or a --job that names one'],
    [
      'a job that shares the model over an unknown number of GPUs',
      ['--job', 'shared.yml'],
      2,
      'zero-3), but does not say over how many GPUs: give --ranks',
    ],
    ['a model that is not here', ['--job', 'nowhere.yml'], 2, 'names "/no/such/folder", which is not here'],
    [
      'a value of the wrong type',
      ['--job', 'wrong.yml'],
      2,
      'wrong.yml:2:1: sequence_len: expected an integer from 1 to 1000000000, not "long"',
    ],
    ['a file that is not there', ['--job', 'gone.yml'], 2, 'gone.yml cannot be read'],
  ])('says what is wrong with %s', (_, args, code, message) => {
    const result = cli(...args)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(message)
  })

  it('takes the ranks from a flag', () => {
    const { code, stdout } = cli('--job', 'shared.yml', '--ranks', '4')
    expect(code).toBe(0)
    expect(stdout).toContain('ZeRO-3 over 4 ranks')
  })
})

describe('flags beside a job', () => {
  const job: MemoryOptions = {
    preset: 'axolotl',
    method: 'qlora',
    quantization: 'nf4',
    optimizer: 'adamw',
    optimizerStep: 'fused',
    recompute: 'layers',
    dtype: 'float16',
    lora: { rank: 8, targetModules: ['q_proj'], loraDropout: 0.1 },
    sharding: { strategy: 'fsdp1', ranks: 1, offload: ['activations'] },
  }

  it.each<[string, Partial<MemoryOptions>]>([
    ['', job],
    ['--rank 64', { lora: { rank: 64, targetModules: ['q_proj'], loraDropout: 0.1 } }],
    ['--lora-dropout 0', { lora: { rank: 8, targetModules: ['q_proj'], loraDropout: 0 } }],
    ['--ranks 4', { sharding: { strategy: 'fsdp1', ranks: 4, offload: ['activations'] } }],
    ['--sharding zero-3 --ranks 8', { sharding: { strategy: 'zero-3', ranks: 8 } }],
    ['--preset trl --autocast', { preset: 'trl', autocast: true, method: 'qlora' }],
  ])('%s', (flags, expected) => {
    expect(optionsFor(flags)).toMatchObject(expected)
  })

  it('take with them what the job says beside what they replace', () => {
    expect(optionsFor('--optimizer lion')).not.toHaveProperty('optimizerStep')
    expect(optionsFor('--no-checkpointing')).not.toHaveProperty('recompute')
    expect(optionsFor('--precision bfloat16')).not.toHaveProperty('dtype')
    expect(optionsFor('--finetuning-type kto')).not.toHaveProperty('method')
    expect(withMethod({ finetuningType: 'dpo' }, 'full')).toEqual({ method: 'full' })
    expect(withMethod(job, 'full')).toEqual({
      preset: 'axolotl',
      method: 'full',
      optimizer: 'adamw',
      optimizerStep: 'fused',
      recompute: 'layers',
      dtype: 'float16',
      sharding: job.sharding,
    })
    expect(withMethod(job, 'qlora')).toBe(job)
  })

  function optionsFor(flags: string): MemoryOptions {
    const command = estimateCommand(() => {})
      .exitOverride()
      .action(() => {})
    command.parse(['llama.json', ...flags.split(' ').filter(Boolean)], { from: 'user' })
    return memoryOptionsOf(command.opts(), { family: 'llama', rank: command.opts()['rank'], job })
  }
})

it('a model of a job is a folder that is here, or a repository on the hub', () => {
  const named = (model: string) => modelOfJob({ format: 'axolotl', model, options: {}, warnings: [] })
  expect(named('Qwen/Qwen3-8B')).toBe('hf:Qwen/Qwen3-8B')
  expect(named(tmpdir())).toBe(tmpdir())
  expect(() => named('a/b/c')).toThrow('which is not here')
})
