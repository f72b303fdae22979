/** The programs that record a step: see their first lines. */
export const RECORDERS = [
  'balanced.py',
  'oracle.py',
  'finetuning.py',
  'whole.py',
  'qlora.py',
  'data_parallel.py',
  'layouts.py',
  'losses.py',
  'liger.py',
] as const

/** One of them. */
export type Recorder = (typeof RECORDERS)[number]
