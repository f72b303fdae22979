import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { runCli } from './run-cli.js'

let folder = ''
const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 1024,
  intermediate_size: 2816,
  num_hidden_layers: 4,
  num_attention_heads: 16,
  vocab_size: 8000,
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'estimate-'))
  mkdirSync(join(folder, 'tiny'))
  writeFileSync(join(folder, 'tiny/config.json'), JSON.stringify(CONFIG))
  const awq = { ...CONFIG, quantization_config: { quant_method: 'awq', bits: 4 } }
  writeFileSync(join(folder, 'awq.json'), JSON.stringify(awq))
  writeFileSync(join(folder, 'awq.yaml'), stringify({ name: 'awq', spec: modelSpecFromConfig(awq).spec }))
  writeFileSync(join(folder, 'phi3small.json'), JSON.stringify({ model_type: 'phi3small' }))
  writeFileSync(join(folder, 'tiny.yaml'), stringify({ name: 'tiny', spec: modelSpecFromConfig(CONFIG).spec }))
  writeFileSync(join(folder, 'empty.yaml'), 'name: tiny\n')
  writeFileSync(join(folder, 'wrong.yaml'), 'spec:\n  num_layers: many\n')
})

afterAll(() => rmSync(folder, { recursive: true }))

const estimate = (...args: string[]) => runCli(['estimate', ...args], { cwd: folder })

describe('model-entity estimate', () => {
  it('says that a quantised checkpoint is trained in 16 bits', () => {
    const note = 'weights are counted in 16 bits, although the checkpoint stores most of them in int4'
    expect(estimate('awq.json', '--method', 'full').stdout).toContain(note)
    expect(estimate('awq.json', '--method', 'qlora').stdout).not.toContain(note)
    expect(estimate('tiny', '--method', 'full').stdout).not.toContain('weights are counted')
  })

  it('says which precision a config without a dtype means where it counts, which is not in training', () => {
    const note = 'the config has no dtype; transformers then uses float32'
    expect(estimate('tiny', '--method', 'inference').stdout).toContain(note)
    expect(estimate('tiny', '--method', 'full').stdout).not.toContain(note)
  })

  it('counts the weights of inference as the checkpoint stores them, and says so, unless a precision is given', () => {
    const parameters = (...args: string[]) =>
      JSON.parse(estimate(...args, '--method', 'inference', '--format', 'json').stdout).rows[0].estimate.parts
        .parameters
    expect(estimate('awq.json', '--method', 'inference').stdout).toContain('weights in int4, like the checkpoint')
    expect(parameters('awq.json')).toBeLessThan(0.5 * parameters('tiny'))
    expect(parameters('awq.json', '--precision', 'bfloat16')).toBe(parameters('tiny'))
    expect(parameters('awq.yaml')).toBe(parameters('awq.json'))
    expect(parameters('tiny', '--precision', 'q8_0')).toBeGreaterThan(parameters('tiny', '--precision', 'q4_k_m'))
    expect(estimate('tiny', '--precision', 'int4').stderr).toContain('a method that trains')
  })

  it('shows a bar first, then the table, then the fewest GPUs, then what is assumed', () => {
    const { code, stdout } = estimate('tiny', '--gpu', 't4', '--context', '512')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^tiny {2}llama, full, t4-16gb\n\n[\d.]+ GiB of 14\.75 GiB: fits, [\d.]+ GiB free\n[PGOATB+]+·+\n/,
    )
    const places = [
      'parameters',
      'optimizer states',
      'The fewest GPUs that this run fits on: 1,',
      'assumed: dropout is 0',
    ].map((text) => stdout.indexOf(text))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
  })

  it('exits with 1 where it does not fit, and tells on how many it would', () => {
    const { code, stdout } = estimate('tiny', '--fits', '0.4GB', '--context', '512')
    expect(code).toBe(1)
    expect(stdout).toContain('does not fit')
    expect(stdout).toMatch(/The fewest GPUs that this run fits on: \d+/)
    expect(estimate('tiny', '--fits', 'h100-80gb', '--context', '512').code).toBe(0)
  })

  it('estimates a row for each value of a sweep', () => {
    const { stdout } = estimate('tiny', '--sweep', 'batch=1,2,4', '--context', '128', '--format', 'markdown')
    expect(stdout.split('\n').filter((line) => line.startsWith('| batch'))).toHaveLength(3)
  })

  it('estimates a manifest by its spec, as its config', () => {
    const total = (name: string) => JSON.parse(estimate(name, '--format', 'json').stdout).rows[0].estimate.totalBytes
    expect(total('tiny.yaml')).toBe(total('tiny'))
  })

  it.each(['pretty', 'json', 'markdown'])(
    'exits with 1 for an undescribed forward pass, with what is known: %s',
    (format) => {
      const { code, stdout } = estimate('phi3small.json', '--format', format)
      expect(code).toBe(1)
      expect(stdout).toContain('no forward-pass model for family phi3small')
      expect(stdout).toMatch(/optimizer states|"optimizerStates": [1-9]/)
    },
  )

  it.each([
    ['a repository that is none', ['hf:a/b/c'], 2, 'hf:org/name'],
    ['a method that is none', ['tiny', '--method', 'half'], 2, 'full-mixed'],
    ['an unknown GPU', ['tiny', '--gpu', 'abacus'], 2, 'unknown GPU "abacus"'],
    ['a batch that is none', ['tiny', '--batch', '0'], 2, 'at least 1'],
    ['a sweep over what cannot be swept', ['tiny', '--sweep', 'colour=1'], 2, 'batch=1,2,4,8'],
    ['a manifest without a spec', ['empty.yaml'], 2, 'no spec'],
    ['a manifest whose spec is wrong', ['wrong.yaml'], 2, 'checkpoint_model_name'],
  ])('says what is wrong with %s', (_, args, code, words) => {
    expect(estimate(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) })
  })
})
