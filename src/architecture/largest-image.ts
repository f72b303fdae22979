import type { ConfigReader } from './config-reader.js'

/**
 * The largest image that the processor of a family makes by default. Engines reserve memory for it before they start. Numbers of the
 * processor that no config states are those of the published `preprocessor_config.json` files.
 */
export interface LargestImage {
  /** Tokens of it in the language model. */
  readonly tokens: number
  /** Patches of it that pass through the encoder, in all its tiles. */
  readonly patches: number
  /** Vectors that the encoder hands to the language model for each token. Default: 1. */
  readonly vectors?: number
  /** Pictures that a video has at most, if a video may have as many patches in each pair of them as an image. Default: no such videos. */
  readonly videoFrames?: number
}

/** Finds the largest image of a config; `undefined` if the config has no encoder of images. */
export type FindLargestImage = (config: ConfigReader) => LargestImage | undefined

/** Images of one size: `image_size` and `patch_size` of the encoder, all patches as tokens or a fixed number of them. */
export function fixedImage(
  { image, patch }: { readonly image: number; readonly patch: number },
  tokens?: (config: ConfigReader) => number,
): FindLargestImage {
  return (config) => {
    const vision = config.object('vision_config')
    const patches = Math.floor(size(vision, 'image_size', image) / size(vision, 'patch_size', patch)) ** 2
    return { patches, tokens: tokens?.(config) ?? patches }
  }
}

/** Images of any size up to a number of pixels: neighbouring patches become one token. */
export function imageOfPixels(options: {
  readonly pixels: number
  readonly patch: number
  readonly vectors?: (vision: ConfigReader) => number
  readonly videoFrames?: number
}): FindLargestImage {
  return (config) => {
    const vision = config.object('vision_config')
    const merged = size(vision, 'spatial_merge_size', 2)
    const tokens = Math.floor(options.pixels / (size(vision, 'patch_size', options.patch) * merged) ** 2)
    const { videoFrames } = options
    return {
      tokens,
      patches: tokens * merged ** 2,
      ...(options.vectors && { vectors: options.vectors(vision) }),
      ...(videoFrames !== undefined && { videoFrames }),
    }
  }
}

/** Images cut into so many tiles, beside the whole in the size of a tile. Neighbouring patches of a tile become one token. */
export function tiledImage(options: {
  readonly image: number
  readonly patch: number
  readonly tiles: (config: ConfigReader) => number
  /** The side of the squares of patches that become one token. */
  readonly merged: (config: ConfigReader) => number
}): FindLargestImage {
  return (config) => {
    const vision = config.object('vision_config')
    const inTile =
      Math.floor(size(vision, 'image_size', options.image) / size(vision, 'patch_size', options.patch)) ** 2
    const tiles = options.tiles(config) + 1
    return { patches: tiles * inTile, tokens: tiles * Math.floor(inTile / options.merged(config) ** 2) }
  }
}

/** Images whose longer side is `image_size` at most. The last patches of a row may be cut. */
export function imageOfSides(options: {
  readonly image: number
  readonly patch: number
  readonly merged: number
}): FindLargestImage {
  return (config) => {
    const patch = size(config.object('vision_config'), 'patch_size', options.patch)
    const merged = size(config, 'spatial_merge_size', options.merged)
    const side = Math.ceil(size(config.object('vision_config'), 'image_size', options.image) / (patch * merged))
    return { tokens: side ** 2, patches: (side * merged) ** 2 }
  }
}

/** A size of a config, or what its class has. A side may be a list of both. */
export function size(config: ConfigReader, name: string, absent: number): number {
  const value = config.raw(name)
  const one: unknown = Array.isArray(value) ? value[0] : value
  return typeof one === 'number' && Number.isInteger(one) && one > 0 && one <= 1_000_000 ? one : absent
}

/** The side of the squares of patches that a ratio such as 0.5 makes one token of. */
export function mergedBy(field: string): (config: ConfigReader) => number {
  return (config) => Math.min(64, Math.max(1, Math.round(1 / config.number(field, 0.5))))
}

/** Qwen3-VL hands the outputs of some layers to the language model beside the last (`deepstack_visual_indexes`). */
export function deepStack(vision: ConfigReader): number {
  const stated = vision.raw('deepstack_visual_indexes')
  return 1 + (Array.isArray(stated) ? stated.length : 3)
}
