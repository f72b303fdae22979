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
    readonly trainableCount?: number
    readonly accumulating?: PartBytes & { readonly total: number }
  }
}

/** The fixtures with runs of families, one a line: whoever adds a family adds its runs to one of them. */
export const FAMILY_FIXTURES: readonly string[] = [
  'families.jsonl.gz',
  'recurrent.jsonl.gz',
  'hybrids.jsonl.gz',
  'newer.jsonl.gz',
  'newer-mixtures.jsonl.gz',
  'layer-inputs.jsonl.gz',
  'shortcuts.jsonl.gz',
  'wholes.jsonl.gz',
  'classes.jsonl.gz',
  'written.jsonl.gz',
  'encoders.jsonl.gz',
  'further-encoders.jsonl.gz',
  'dense.jsonl.gz',
  'towers.jsonl.gz',
  'borrowed-classes.jsonl.gz',
  'newer-wholes.jsonl.gz',
  'last-decoders.jsonl.gz',
  'seen-text.jsonl.gz',
  'remote-code.jsonl.gz',
  'sound-and-masks.jsonl.gz',
  'speech.jsonl.gz',
  'sparse-encoders.jsonl.gz',
  'input-gradients.jsonl.gz',
  'authors-code.jsonl.gz',
  'drawn.jsonl.gz',
  'gptj.jsonl.gz',
  'newer-drawn.jsonl.gz',
  'float16.jsonl.gz',
  'named-tensors.jsonl.gz',
  'encoder-options.jsonl.gz',
  'tuned.jsonl.gz',
  'decoders-alone.jsonl.gz',
]

/** The records of a fixture. */
export function memoryRecords(file: string): MemoryRecord[] {
  const text = gunzipSync(readFileSync(new URL(`../fixtures/memory/${file}`, import.meta.url))).toString('utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => withStep(JSON.parse(line)))
}

/**
 * The records of AdamW that name no implementation ran the fused one; those of inference have no step. transformers 4.57, alone
 * among the versions, does not recompute the layers of GPT-BigCode.
 */
function withStep(record: WrittenRecord): MemoryRecord {
  const { optimizerStep = 'fused', ...own } = record.options
  const { method, optimizer = 'adamw' } = own
  const isKept = record.config['model_type'] === 'gpt_bigcode'
  const options = { ...own, ...(isKept && { gradientCheckpointing: false }) }
  const isNamed = record.options.optimizerStep !== undefined
  const hasStep = method !== 'inference' && (optimizer === 'adamw' || isNamed) && optimizerStep !== 'unset'
  return { ...record, options: { ...options, ...(hasStep && { optimizerStep }) } }
}

/** A record as the recorders write it: `unset` is the implementation that torch takes when none is named. */
interface WrittenRecord extends Omit<MemoryRecord, 'options'> {
  readonly options: Omit<MemoryRecord['options'], 'optimizerStep'> & {
    readonly optimizerStep?: MemoryOptions['optimizerStep'] | 'unset'
  }
}
