import type { ConfigReader } from '../config-reader.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import { bestCanvas, withoutPadding } from '../image-tiles.js'
import { size } from '../largest-image.js'
import { type Count, copied, part, type Step, type Steps, set, type Value } from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { pixelsOf } from '../program/vision.js'
import type { FindSense, ImageSize } from '../sense.js'
import { type EncoderChoice, encoderOf, projected, selectedStates, visionOf } from './llava.js'

/** What the successors of LLaVA differ in. */
export interface TiledLlava extends EncoderChoice {
  /** The states of the encoder that count if the config does not say. */
  readonly layer: number
  /** Whether the vector of the whole image is left out if the config does not say. */
  readonly strategy: 'default' | 'full'
  /** The canvases of a config that lists none, in multiples of the side of a tile. */
  readonly canvases: readonly (readonly [height: number, width: number])[]
  /** Whether larger images are reduced to some number of tiles, and several images have one tile each (LLaVA-OneVision). */
  readonly isLimited: boolean
}

/** LLaVA-NeXT and LLaVA-OneVision: the whole image and tiles of it, with a vector behind each row of the tiles. */
export function tiledLlavaImages(family: TiledLlava): FindSense {
  return (config, { imageSize = USUAL_IMAGE, images }, prefix) => {
    const vision = visionOf(config, family)
    const side = size(vision, 'image_size', 336)
    const grid = Math.floor(side / size(vision, 'patch_size', 14))
    const isWhole = family.isLimited && images > 1
    const canvas = isWhole ? { width: 0, height: 0 } : tilesOfCanvas(config, imageSize, side, family.canvases)
    const tiles = 1 + canvas.width * canvas.height
    const tower = encoderOf(config, family, tiles)
    const { hiddenSize } = tower.sizes
    const states = selectedStates(config, tower.layers, family.layer)
    const isCut = config.string('vision_feature_select_strategy', family.strategy) === 'default'
    const perTile = tower.vectors - (isCut ? 1 : 0)
    const used = Math.max(...states)
    const at = `${prefix}vision_tower.`
    const features = config.object('text_config').positive('hidden_size', 4096)
    const packing = isWhole
      ? { steps: wholeImage(perTile, features, prefix), tokens: perTile + 1 }
      : tiledImage({ grid, canvas, perTile, features, prefix, image: imageSize, limit: limitOf(config, family) })
    const cut = (of: Value): Value => (isCut ? part(of, ['images', tiles, perTile, hiddenSize, states.length]) : of)
    const chosen = states.map((index) => `state${index}`)
    const [first = ''] = chosen
    const selected = cut(chosen.length === 1 ? first : { op: 'concat', of: chosen })
    const drops = Array.from({ length: tower.layers + 1 }, (_, index) => `state${index}`)
    return {
      tokens: packing.tokens,
      input: sizeInWords(imageSize),
      buffers: [{ count: pixelsOf(tower.sizes), type: 'float32' }, { count: [tower.vectors] }],
      passes: [`${prefix}vision_tower`, `${prefix}multi_modal_projector`, `${prefix}image_newline`],
      unused: tower.unused(at, used),
      returned: ['features'],
      steps: [
        set('pixels', { op: 'input', count: pixelsOf(tower.sizes), type: 'float32' }),
        // The pixels of all images are joined, without what pads those with fewer tiles.
        set('pixels', { op: 'concat', of: ['pixels'] }),
        ...tower.steps(at, used),
        set('selected', selected),
        set('projected', projected(`${prefix}multi_modal_projector`, isCut ? copied('selected') : 'selected', config)),
        ...drops.filter((name) => !chosen.includes(name)).map((drop): Step => ({ drop })),
        { drop: 'hidden' },
        { parts: 'projected', count: ['images'], as: 'tiles', into: 'packed', steps: packing.steps },
        ...['projected', 'selected', 'pixels', ...chosen].map((drop): Step => ({ drop })),
        ...withFeatures({ op: 'joined', list: 'packed' }, ['images', packing.tokens, features], {
          others: family.isLimited ? 1 : 0,
        }),
      ],
    }
  }
}

/** How many tiles a canvas has, in columns and rows. */
function tilesOfCanvas(config: ConfigReader, image: ImageSize, side: number, usual: TiledLlava['canvases']): ImageSize {
  const { width, height } = bestCanvas(image, statedCanvases(config) ?? canvasesOf(usual, side))
  if (width % side !== 0 || height % side !== 0)
    throw new RangeError(
      `\`images\`: image_grid_pinpoints has a size of ${height} × ${width}, which is not whole tiles of ${side} pixels: leave \`images\` out to estimate inputs of text only`,
    )
  return { width: width / side, height: height / side }
}

/** More canvases than any processor has. */
const MOST_CANVASES = 1000

function statedCanvases(config: ConfigReader): ImageSize[] | undefined {
  const stated = config.raw('image_grid_pinpoints')
  if (stated === undefined || stated === null) return undefined
  const sizes = Array.isArray(stated) ? stated.slice(0, MOST_CANVASES).map(canvasOf) : []
  if (sizes.length === 0 || sizes.includes(undefined))
    throw config.invalid('image_grid_pinpoints', 'a list of heights and widths in pixels')
  return sizes.filter((one) => one !== undefined)
}

function canvasOf(pair: unknown): ImageSize | undefined {
  const [height, width]: unknown[] = Array.isArray(pair) ? pair : []
  const isSide = (side: unknown): side is number => Number.isInteger(side) && Number(side) > 0 && Number(side) <= 1e6
  return isSide(height) && isSide(width) ? { width, height } : undefined
}

function canvasesOf(usual: TiledLlava['canvases'], side: number): ImageSize[] {
  return usual.map(([height, width]) => ({ width: width * side, height: height * side }))
}

/** The tiles that larger images are reduced to (`vision_aspect_ratio`). */
function limitOf(config: ConfigReader, { isLimited }: TiledLlava): number | undefined {
  if (!isLimited) return undefined
  const limit = Number(/\d+$/.exec(config.string('vision_aspect_ratio', 'anyres_max_9'))?.[0])
  if (!(limit > 0)) throw config.invalid('vision_aspect_ratio', 'a text such as "anyres_max_9"')
  return limit
}

/** The vector for the end of a row, so many times. */
function newlines(prefix: string, count: Count): Value {
  return { op: 'narrow', of: { op: 'expand', of: { op: 'parameter', name: `${prefix}image_newline` }, count } }
}

function wholeImage(perTile: number, features: number, prefix: string): Steps {
  return [
    set('tiles', part('tiles', [perTile, features])),
    set('tiles', { op: 'concat', of: ['tiles', newlines(prefix, [features])] }),
    { give: 'tiles' },
  ]
}

/** An image above this many times the side that its tiles have together is reduced. */
const TOLERATED = 1.1

/** `pack_image_features`: the vectors of all tiles as one image, without its padding, behind those of the whole image. */
function tiledImage(options: {
  readonly grid: number
  readonly canvas: ImageSize
  readonly perTile: number
  readonly features: number
  readonly prefix: string
  readonly image: ImageSize
  readonly limit: number | undefined
}): { readonly steps: Steps; readonly tokens: number } {
  const { grid, canvas, perTile, features, prefix, image, limit } = options
  const whole = { width: canvas.width * grid, height: canvas.height * grid }
  const cut = withoutPadding(image, whole)
  const ratio = limit === undefined ? 0 : Math.sqrt((cut.height * cut.width) / (limit * grid ** 2))
  const { width, height } =
    ratio > TOLERATED
      ? { width: Math.trunc(Math.floor(cut.width / ratio)), height: Math.trunc(Math.floor(cut.height / ratio)) }
      : cut
  const count = (size: ImageSize): Count => [features, size.width, size.height]
  const isPadded = cut.width !== whole.width || cut.height !== whole.height
  return {
    tokens: perTile + height * (width + 1),
    steps: [
      set('base', part('tiles', [perTile, features])),
      set('tiles', part('tiles', [canvas.width, canvas.height, perTile, features])),
      set('tiles', { op: 'reorder', of: 'tiles' }),
      ...(isPadded ? [set('tiles', part('tiles', count(cut)))] : []),
      ...(ratio > TOLERATED ? [set('tiles', { op: 'resize', of: 'tiles', count: count({ width, height }) })] : []),
      set('tiles', { op: 'concat', of: ['tiles', newlines(prefix, [features, height])] }),
      set('tiles', { op: 'concat', of: ['base', 'tiles'] }),
      { give: 'tiles' },
    ],
  }
}
