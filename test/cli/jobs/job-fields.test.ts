import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/cli/exit-code.js'
import { readJobText } from '../../../src/cli/jobs/read-job.js'

// The names of all fields of the frameworks' own classes, written by test/oracle/job_fields.py.
const FIELDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = JSON.parse(
  readFileSync(new URL('../../fixtures/jobs/fields.json', import.meta.url), 'utf8'),
)

const PEFT = 'load_in_4bit: true\n'
const JOBS: Readonly<Record<string, string>> = {
  axolotl: `base_model: m\nadapter: lora\nlora_r: 8\nrl: dpo\n${PEFT}`,
  llamafactory: 'model_name_or_path: m\nfinetuning_type: lora\nstage: dpo\n',
  trl: `model_name_or_path: m\nuse_peft: true\n${PEFT}`,
}

/** What makes a config of TRL that of a command. */
const COMMANDS: Readonly<Record<string, string>> = {
  GRPOConfig: 'num_generations: 8\n',
  RLOOConfig: 'reward_clip_range: [1, 2]\n',
  DPOConfig: 'f_divergence_type: reverse_kl\n',
  KTOConfig: 'desirable_weight: 1.0\n',
}

/** A value that no field takes is an error of a field that is read. */
function warningsOf(job: string, field: string): readonly string[] {
  const line = new RegExp(`^${field}:`, 'm').test(job) ? '' : `${field}: true\n`
  try {
    return readJobText(`${job}${line}`, 'job.yaml').warnings
  } catch (error) {
    if (error instanceof UsageError) return []
    throw error
  }
}

const CASES = Object.entries(FIELDS).flatMap(([framework, classes]) =>
  Object.entries(classes).map(([name, fields]) => [framework, name, fields] as const),
)

describe('Every key that a job file may have is read, warned about, or known to change nothing', () => {
  it.each(CASES)('of %s: %s', (framework, name, fields) => {
    const job = `${JOBS[framework]}${COMMANDS[name] ?? ''}`
    const unknown = fields.filter((field) =>
      warningsOf(job, field).some((warning) => warning.includes(`\`${field}\``) && warning.includes('not known')),
    )
    expect(unknown).toEqual([])
  })

  it.each(Object.entries(JOBS))('and %s has no key of this name', (_, job) => {
    expect(warningsOf(job, 'no_such_key').join()).toContain('not known, and not counted')
  })
})
