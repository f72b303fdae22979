import type { CheckedMemoryOptions } from './checked-memory-options.js'
import type { PreferenceStep } from './finetuning-run.js'

/** The longest completion that TRL's GRPO generates unless it is told otherwise (`max_completion_length`, trl 1.16.0). */
const GENERATED = 512

/** The tokens of a completion that a method learns from: what was given, or what it generates; `undefined`: all of a sequence. */
export function completionTokens(
  { generates }: PreferenceStep,
  { targetLength, sequenceLength }: Pick<CheckedMemoryOptions, 'targetLength' | 'sequenceLength'>,
): number | undefined {
  const generated = generates ? Math.max(1, Math.min(GENERATED, Math.floor(sequenceLength / 2))) : undefined
  return targetLength ?? generated
}
