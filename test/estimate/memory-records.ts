import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { MemoryOptions, PartBytes } from '../../src/estimate/index.js'

/** What torch booked of one run: the peak, and the parts at it. */
export interface MemoryRecord {
  readonly id: string
  readonly config: Readonly<Record<string, unknown>>
  readonly options: MemoryOptions
  readonly truth: {
    readonly peak: PartBytes & { readonly total: number; readonly phase: string; readonly op: string }
    readonly accumulating?: PartBytes & { readonly total: number }
  }
}

/** The records of a fixture. */
export function memoryRecords(file: string): MemoryRecord[] {
  const text = gunzipSync(readFileSync(new URL(`../fixtures/memory/${file}`, import.meta.url))).toString('utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
