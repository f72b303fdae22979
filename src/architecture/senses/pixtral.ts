import { sideOf } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import { activated, type Count, call, give, normed, project, type Steps, set } from '../program/index.js'
import { aboutMaskRows } from '../program/mask-rows.js'
import { pixtralEncoder, pixtralSizes } from '../program/pixtral.js'
import type { FindSense, ImageSize } from '../sense.js'
import { listed, projected, selectedStates } from './llava.js'

/** The encoder of a config without one. */
export interface PixtralDefaults {
  readonly patch: number
  readonly side: number
  /** The layer whose output counts if the config does not say. */
  readonly layer: number
  /** Whether a norm and a merger of neighbouring patches come before the projector (Mistral 3). */
  readonly merges: boolean
}

/** Pixtral: images of any size, whose patches are one sequence with a mask of numbers; the processor puts a token behind each row. */
export function pixtralImages(usual: PixtralDefaults): FindSense {
  return (config, { imageSize = USUAL_IMAGE }, prefix) => {
    if (!usual.merges && config.string('vision_feature_select_strategy', 'default') === 'default')
      throw new RangeError(
        '`images`: vision_feature_select_strategy is default, but the encoder pixtral has no vector of the whole image to leave out: leave `images` out to estimate inputs of text only',
      )
    const vision = config.object('vision_config')
    const sizes = pixtralSizes(vision, usual.patch)
    const merged = usual.merges ? config.positive('spatial_merge_size', 2) : 1
    const step = sizes.patch * merged
    const size = resized(imageSize, sideOf(vision, 'image_size', usual.side), step)
    const [rows, columns] = [size.height / step, size.width / step]
    const patches = rows * columns * merged ** 2
    const pixels: Count = ['images', sizes.channels, size.height, size.width]
    const states = selectedStates(config, sizes.layers, usual.layer)
    const used = Math.max(...states)
    const features = config.object('text_config').positive('hidden_size', usual.merges ? 5120 : 4096)
    const at = `${prefix}vision_tower`
    const projector = `${prefix}multi_modal_projector`
    const chosen = states.map((index) => `state${index}`)
    const [first = ''] = chosen
    const steps: Steps = [
      ...pixtralEncoder(`${at}.`, { ...sizes, unit: 'images', patches }, used),
      set('selected', chosen.length === 1 ? first : { op: 'concat', of: chosen }),
      give(
        usual.merges
          ? call(mergingProjector(config), { hidden: 'selected' }, projector)
          : projected(projector, 'selected', config),
      ),
    ]
    return {
      tokens: rows * (columns + 1),
      input: sizeInWords(size),
      says: aboutMaskRows(patches, 'one image, and with the square of their number for several,'),
      buffers: [{ count: pixels, type: 'model' }],
      passes: [at, projector],
      unused: Array.from({ length: sizes.layers - used }, (_, index) => `${at}.transformer.layers.${used + index}.`),
      returned: ['features'],
      steps: [
        set('pixels', { op: 'input', count: pixels, type: 'model' }),
        ...listed({ op: 'call', steps, with: { pixels: 'pixels' } }, ['images', rows * columns, features]),
      ],
    }
  }
}

/** The table of angles that the encoder holds in float32, also while nothing passes through it. */
export function pixtralBuffer(vision: ConfigReader, usual: Pick<PixtralDefaults, 'patch' | 'side'>): number {
  const { patch, hiddenSize, heads } = pixtralSizes(vision, usual.patch)
  return Math.floor(sideOf(vision, 'image_size', usual.side) / patch) ** 2 * Math.floor(hiddenSize / heads)
}

/** `get_resize_output_image_size`: no side is longer than that of the encoder, and sides are whole steps. */
function resized({ width, height }: ImageSize, most: number, step: number): ImageSize {
  const ratio = Math.max(height / most, width / most)
  const shrunk = (side: number): number => (ratio > 1 ? Math.floor(side / ratio) : side)
  const whole = (side: number): number => Math.floor((shrunk(side) - 1) / step + 1) * step
  return { width: whole(width), height: whole(height) }
}

/** `Mistral3MultiModalProjector`: squares of patches become one vector before the projector of LLaVA. */
function mergingProjector(config: ConfigReader): Steps {
  const merger: Steps = [
    { parts: 'x', count: ['images'], as: 'grid', into: 'grids', steps: [give({ op: 'unfold', of: 'grid' })] },
    set('x', { op: 'joined', list: 'grids', isHeld: true }),
    set('x', project('merging_layer', 'x')),
    give('x'),
  ]
  return [
    set('hidden', normed('rmsNorm', 'norm', 'hidden')),
    set('hidden', call(merger, { x: 'hidden' }, 'patch_merger')),
    set('hidden', project('linear_1', 'hidden')),
    set('hidden', activated(config.string('projector_hidden_act', 'gelu'), 'hidden')),
    set('hidden', project('linear_2', 'hidden')),
    give('hidden'),
  ]
}
