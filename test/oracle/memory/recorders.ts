/** The programs that record a step: see their first lines. */
export const RECORDERS = ['balanced.py', 'oracle.py', 'finetuning.py', 'whole.py'] as const

/** One of them. */
export type Recorder = (typeof RECORDERS)[number]
