import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'

/**
 * Refuses inputs that the forward-pass model of a family does not have.
 *
 * @throws RangeError that names the option, and what to do
 */
export function refuseInputs(
  { family, className, program }: Architecture,
  { targetLength, images, audioSeconds }: Pick<CheckedMemoryOptions, 'targetLength' | 'images' | 'audioSeconds'>,
): void {
  if (targetLength !== undefined && !program?.writes) {
    throw new RangeError(
      `\`targetLength\` is ${targetLength}, but ${className} is not an encoder-decoder: leave it out`,
    )
  }
  const given = [['images', images] as const, ['audioSeconds', audioSeconds] as const].find(([, count]) => count > 0)
  if (given) {
    throw new RangeError(
      `\`${given[0]}\` is ${given[1]}, but ${family} has no forward-pass model for them: leave it out to estimate inputs of text only`,
    )
  }
}
