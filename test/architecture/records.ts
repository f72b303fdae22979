import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** What transformers built from a config, and PEFT trained of it. */
export interface CheckpointRecord {
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
  readonly architecture: string
  readonly family: string
  readonly total_parameters: number
  readonly active_parameters: number
  readonly parameters: Readonly<Record<string, readonly number[]>>
  readonly tied: Readonly<Record<string, string>>
  readonly linear_layers: Readonly<Record<string, readonly [number, number]>>
  readonly lora?: Readonly<Record<string, LoraRecord>>
}

/** By rank, what PEFT counted, or the error that it raised; `names` are the targets where they were given as a list. */
export interface LoraRecord {
  readonly names?: readonly string[]
  readonly [rank: string]: unknown
}

/** The records of a file under test/fixtures/checkpoint, one JSON a line. */
export function readRecords<Kind = CheckpointRecord>(file: string): Kind[] {
  const text = gunzipSync(readFileSync(new URL(`../fixtures/checkpoint/${file}`, import.meta.url))).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** What PEFT counted with other options than targets and rank: a config, and cases of options and outcome. */
export interface LoraOptionsRecord {
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
  readonly cases: readonly (readonly [
    options: Readonly<Record<string, unknown>> & { rank: number },
    outcome: unknown,
  ])[]
}
