import { ConfigReader } from '../architecture/config-reader.js'
import { familyOf } from '../architecture/families/index.js'
import type { Architecture } from '../architecture/index.js'
import type { Buffer } from '../architecture/program/program.js'
import type { Sense } from '../architecture/sense.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'

/** The options that say what a sequence holds besides text. */
export type AskedInputs = Pick<CheckedMemoryOptions, 'images' | 'imageSize' | 'audioSeconds' | 'sequenceLength'>

/**
 * What a model makes of the images and the sound of a run.
 *
 * @throws RangeError for inputs that the family does not have or describe, and for more of them than a sequence holds
 */
export function sensesOf(model: Architecture, asked: AskedInputs): readonly Sense[] {
  const { images, imageSize, audioSeconds, sequenceLength } = asked
  if (imageSize && images === 0)
    throw new RangeError('`imageSize` is given without `images`: say how many images each sequence has')
  if (model.program?.hears && audioSeconds === 0)
    throw new RangeError(`${model.className} hears: pass \`audioSeconds\`, the seconds of sound in each sequence`)
  if (images > 0 && model.program?.seen) {
    if (images > 1 || imageSize)
      throw new RangeError(`${model.className} sees one image of one size with each sequence: pass \`images: 1\` alone`)
    return []
  }
  const family = familyOf(model.family)
  // A class of an encoder that is not described: the estimate says so.
  if (images === 0 && family?.program && !family.sound && !model.program) return []
  if (images === 0 && (audioSeconds === 0 || model.program?.hears) && !family?.words) return []
  const reader = new ConfigReader(model.config ?? {})
  const config = family?.attributeMap ? reader.withAliases(family.attributeMap) : reader
  const prefix = model.root.children?.['model'] ? 'model.' : ''
  const words = model.config ? family?.words?.(config, asked, prefix) : undefined
  const kinds = [
    { name: 'images', count: images, find: family?.images },
    { name: 'audioSeconds', count: audioSeconds, find: family?.sound },
  ] as const
  const senses = (family?.hearsFirst ? kinds.toReversed() : kinds)
    .filter(({ count }) => count > 0)
    .map(({ name, count, find }) => {
      if (
        !find ||
        !model.config ||
        !(model.className.endsWith(family?.seeingClass ?? 'ForConditionalGeneration') || model.forward?.vectors)
      )
        throw new RangeError(
          `\`${name}\` is ${count}, but ${find && model.config ? model.className : model.family} has no forward-pass model for them: leave it out to estimate inputs of text only`,
        )
      const sense = find(config, asked, prefix)
      return { name, count: name === 'images' ? count : 1, sense }
    })
  const tokens = senses.reduce((sum, { count, sense }) => sum + count * sense.tokens, 0)
  if (tokens > sequenceLength) {
    const [first] = senses
    throw new RangeError(
      `\`${first?.name}\`: ${first?.sense.input} have ${tokens.toLocaleString('en-US')} tokens, more than the ${sequenceLength.toLocaleString('en-US')} of \`sequenceLength\`: pass a longer sequence, or fewer or smaller ones`,
    )
  }
  return [...(words ? [words] : []), ...senses.map(({ sense }) => sense)]
}

const ANOTHER = '; pass `imageSize` for another size'

/** The dtype of pixels in words, if it is not float32. */
const PIXELS: Readonly<Partial<Record<NonNullable<Buffer['type']>, string>>> = {
  bfloat16: 'bfloat16, as its processor returns them',
  model: 'the dtype of the weights, since the code does not cast them',
}

/** What is assumed about them, in sentences. */
export function senseAssumptions(senses: readonly Sense[], { images, imageSize }: AskedInputs): string[] {
  return senses.flatMap(({ input, tokens, isResized, buffers, says = [] }) => {
    if (tokens === 0) return [input, ...says]
    const isImage = input.startsWith('images')
    const count = isImage ? `${images} in each sequence, ` : ''
    const other = isResized ? '; images of any size are resized to that' : isImage && !imageSize ? ANOTHER : ''
    const pixels = isImage
      ? `their pixels are in ${PIXELS[buffers[0]?.type ?? 'float32'] ?? 'float32, as processors return them'}`
      : 'its spectrogram is in float32, as processors return them'
    const counted = tokens === 1 ? '1 token' : `${tokens.toLocaleString('en-US')} tokens`
    const about = `${input}: ${count}${counted} ${isImage ? 'each' : 'of each sequence'}, which are among those of the sequence; ${pixels}${other}`
    return [about, ...says]
  })
}
