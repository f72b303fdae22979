import { SIGLIP_DEFAULTS } from '../blocks/siglip.js'
import { patchesIn, sideOf, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { call, layerNormed, type Steps, set } from '../program/index.js'
import { siglipEmbeddings } from '../program/siglip.js'
import { clipEmbeddings, clipLayerSteps, type ImageSizes } from '../program/vision.js'

/** An encoder of images of one size, as steps. */
export interface ImageEncoder {
  readonly sizes: ImageSizes
  readonly layers: number
  /** Vectors of an image. */
  readonly vectors: number
  /** Whether the first of them stands for the whole image. */
  readonly hasClass: boolean
  /**
   * From the variable `pixels` to `hidden`, the output of its last layer, and `state0` to `stateN`, the inputs of its layers and that output.
   *
   * @param at - where the encoder is: `model.vision_tower.`
   * @param used - how many layers something depends on
   * @param keeps - whether all states are held. Default: yes
   */
  readonly steps: (at: string, used: number, keeps?: boolean) => Steps
  /** The prefixes of the names of parameters that nothing depends on, if it is so of all but so many layers, and of what follows them. */
  readonly unused: (at: string, used: number) => string[]
}

/** CLIP's encoder, for as many images as all sequences have, each in so many tiles. */
export function clipEncoder(vision: ConfigReader, tiles = 1): ImageEncoder {
  const read = visionSizes(vision, {
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    patch_size: 32,
  })
  const sizes: ImageSizes = {
    ...read,
    unit: 'images',
    tiles,
    side: sideOf(vision, 'image_size', 224),
    patches: patchesIn(vision, read, 224),
    activation: vision.string('hidden_act', 'quick_gelu'),
  }
  const vectors = sizes.patches + 1
  return {
    sizes,
    layers: read.layers,
    vectors,
    hasClass: true,
    steps: (at, used, keeps = true) => [
      set('hidden', call(clipEmbeddings(sizes), { pixels: 'pixels' }, `${at}vision_model.embeddings`)),
      set('hidden', layerNormed(`${at}vision_model.pre_layrnorm`, 'hidden')),
      layersOf(`${at}vision_model.encoder.layers`, clipLayerSteps(sizes, [vectors]), used, keeps),
    ],
    unused: (at, used) => [
      ...unusedLayers(`${at}vision_model.encoder.layers`, used, read.layers),
      `${at}vision_model.post_layernorm.`,
    ],
  }
}

/** SigLIP's encoder, whose last norm counts only where its last output is used. */
export function siglipEncoder(vision: ConfigReader, tiles = 1): ImageEncoder {
  const read = visionSizes(vision, SIGLIP_DEFAULTS)
  const sizes: ImageSizes = {
    ...read,
    unit: 'images',
    tiles,
    side: sideOf(vision, 'image_size', 224),
    patches: patchesIn(vision, read, 224),
    activation: vision.string('hidden_act', 'gelu_pytorch_tanh'),
  }
  const { patches: vectors } = sizes
  return {
    sizes,
    layers: read.layers,
    vectors,
    hasClass: false,
    steps: (at, used, keeps = true) => [
      set('hidden', call(siglipEmbeddings(sizes), { pixels: 'pixels' }, `${at}vision_model.embeddings`)),
      layersOf(`${at}vision_model.encoder.layers`, clipLayerSteps(sizes, [vectors]), used, keeps),
    ],
    unused: (at, used) => [
      ...unusedLayers(`${at}vision_model.encoder.layers`, used, read.layers),
      `${at}vision_model.post_layernorm.`,
      `${at}vision_model.head.`,
    ],
  }
}

function layersOf(each: string, layer: Steps, used: number, keeps: boolean): Steps[number] {
  return { each, carries: 'hidden', kinds: [layer], unusedFrom: used, ...(keeps && { keeps: 'state' }) }
}

function unusedLayers(list: string, used: number, layers: number): string[] {
  return Array.from({ length: Math.max(layers - used, 0) }, (_, index) => `${list}.${used + index}.`)
}
