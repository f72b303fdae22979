/** The parts that live bytes are counted under, as in the result of `estimateMemory`. */
export const PARTS = [
  'parameters',
  'gradients',
  'optimizerStates',
  'activations',
  'temporary',
  'kvCache',
  'buffers',
] as const

/** One part. `activations` are allocated in the forward pass, `temporary` in the backward pass, including recomputed tensors. */
export type MemoryPart = (typeof PARTS)[number]

/** Bytes by part. */
export type PartBytes = Record<MemoryPart, number>

/** The three phases of a step. */
export type Phase = 'forward' | 'backward' | 'step'

/** The peak of the live bytes, and where it was. */
export interface Peak {
  readonly totalBytes: number
  readonly parts: Readonly<PartBytes>
  readonly phase: Phase
  /** torch's name of the operation that reached it. */
  readonly operation: string
}

/** The difference in each part. */
export function change(before: Readonly<PartBytes>, after: Readonly<PartBytes>): PartBytes {
  const made = emptyParts()
  for (const part of PARTS) made[part] = after[part] - before[part]
  return made
}

/** Zero bytes in every part. */
export function emptyParts(): PartBytes {
  return { parameters: 0, gradients: 0, optimizerStates: 0, activations: 0, temporary: 0, kvCache: 0, buffers: 0 }
}
