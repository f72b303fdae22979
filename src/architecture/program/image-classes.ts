import { labelCount } from '../blocks/label-count.js'
import type { ConfigReader } from '../config-reader.js'
import { call, give, part, project, set } from './build.js'
import type { Program } from './program.js'
import type { Step, Steps, Value } from './steps.js'
import { IMAGES, type ImageSizes, pixels } from './vision.js'

/** An encoder of images: what its classes share, and what each of them ends with. */
export interface ImageClasses {
  /** The prefix of the class names. */
  readonly name: string
  /** The name of the base model inside the classes. */
  readonly prefix: string
  readonly sizes: ImageSizes
  /** From `pixels` to the hidden states, which are in `hidden` in the end. */
  readonly steps: Steps
  /** What the base model computes from `hidden` after the layers: a pooler. */
  readonly pooling?: readonly Step[]
  /** What the base model inside a class with a head gives. Default: the hidden states. */
  readonly inner?: Steps
  /** The steps of the heads by the suffix of their class, from `hidden` to the logits. */
  readonly heads: Readonly<Record<string, Steps>>
  /** The class that guesses hidden patches. Default: none. */
  readonly masked?: MaskedImages
  /** The names of parameters that nothing depends on. */
  readonly untrained?: readonly string[]
  /** What is assumed about the code that runs, in sentences. */
  readonly says?: readonly string[]
}

/** How a class learns to guess what a mask hides. */
export type MaskedImages = Pick<Program, 'labels' | 'labelType' | 'loss' | 'buffers' | 'says' | 'withoutTraining'> & {
  /** From `pixels` to the hidden states, with a mask. */
  readonly model: Steps
  /** From `hidden` to the result. */
  readonly head: Steps
}

/** The program of a class of an encoder of images; absent for a class whose head is not known. */
export function imageClasses(config: ConfigReader, className: string, classes: ImageClasses): Program | undefined {
  const { name, prefix, sizes, steps, pooling = [], inner = [give('hidden')], heads, says, untrained, masked } = classes
  const suffix = className.slice(name.length)
  const program = { buffers: [pixels(sizes)], ...(says && { says }), ...(untrained && { untrained }) }
  const images = set('pixels', IMAGES(sizes))
  if (suffix === 'Model') return { ...program, steps: [images, ...steps, ...pooling, give('hidden')] }
  if (suffix === 'ForMaskedImageModeling' && masked) {
    const { model, head, buffers, ...facts } = masked
    const hidden = call([...model, give('hidden')], { pixels: 'pixels' }, prefix)
    return {
      ...program,
      ...facts,
      buffers: [...program.buffers, ...buffers],
      steps: [images, set('hidden', hidden), ...head],
    }
  }
  const head = heads[suffix]
  if (!head) return undefined
  return {
    ...program,
    labels: ['batch'],
    steps: [images, set('hidden', call([...steps, ...inner], { pixels: 'pixels' }, prefix)), ...head],
    ...(suffix === 'ForImageClassification' && labelCount(config) > 0 && { loss: ENTROPY }),
  }
}

const ENTROPY: Value = { op: 'entropy', of: 'result' }

/** A classifier, or what it would get if there is no label. */
export const classified = (config: ConfigReader, of: Value, module = 'classifier'): Value =>
  labelCount(config) > 0 ? project(module, of) : of

/** The vector of the whole image, which comes first. */
export const firstVector = ({ hiddenSize }: ImageSizes, of: Value = 'hidden') => part(of, ['batch', hiddenSize])
