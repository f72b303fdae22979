import { activated, attended, call, convolved, give, layerNormed, lookup, plus, project, set } from './build.js'
import type { Count } from './count.js'
import type { Program } from './program.js'
import type { Operation, Steps, Value } from './steps.js'

/** The sizes of an encoder of images. */
export interface ImageSizes {
  /** What counts the images: those of all sequences, or the batch itself. Default: `batch`. */
  readonly unit?: 'batch' | 'images'
  /** In how many tiles an image comes. Default: one. */
  readonly tiles?: number
  readonly hiddenSize: number
  readonly heads: number
  readonly channels: number
  /** The side of an image in pixels. */
  readonly side: number
  /** The patches of an image. */
  readonly patches: number
  readonly activation: string
}

/** So many images, or tiles of them. */
export const tilesOf = ({ unit = 'batch', tiles = 1 }: ImageSizes): Count => (tiles === 1 ? [unit] : [unit, tiles])

/** The elements of all pixels. */
export const pixelsOf = (sizes: ImageSizes): Count => [...tilesOf(sizes), sizes.channels, sizes.side, sizes.side]

/** The images of a batch, in the dtype of the parameters. */
export const pixels = (sizes: ImageSizes): Program['buffers'][number] => ({
  count: pixelsOf(sizes),
  type: 'model',
})

/** The images as the input of a convolution: they are among the buffers. */
export const IMAGES = (sizes: ImageSizes): Operation => ({
  op: 'expand',
  of: { op: 'make', count: [0], type: 'model' },
  count: pixelsOf(sizes),
})

/** Patches as vectors. */
export const patchesOf = (module: string, sizes: ImageSizes): Operation =>
  convolved(module, { op: 'own', of: 'pixels' }, [...tilesOf(sizes), sizes.hiddenSize, sizes.patches])

/** The module of patches of an encoder that stands alone, whose input embeddings they are. */
export const patchEmbeddings = (sizes: ImageSizes): Operation => ({
  op: 'alsoInput',
  of: call([give(patchesOf('projection', sizes))], { pixels: 'pixels' }, 'patch_embeddings'),
})

/** A vector for the whole image before those of the patches. */
export const withClass = (parameter: string, patches: Value, sizes: ImageSizes): Operation =>
  withVectors([{ name: parameter, count: 1 }], patches, sizes)

/** Learned vectors that stand for no patch. */
export interface LearnedVectors {
  /** The name of the parameter. */
  readonly name: string
  readonly count: number
}

/** Learned vectors before those of the patches. */
export const withVectors = (learned: readonly LearnedVectors[], patches: Value, sizes: ImageSizes): Operation => ({
  op: 'concat',
  of: [
    ...learned.map(
      ({ name, count }): Operation => ({
        op: 'expand',
        of: { op: 'parameter', name },
        count: [...tilesOf(sizes), count, sizes.hiddenSize],
      }),
    ),
    patches,
  ],
})

/**
 * A layer of CLIP and SigLIP (`CLIPEncoderLayer`, `SiglipEncoderLayer`).
 *
 * @param mask - the mask that every kernel gets. Default: none
 */
export function clipLayerSteps(sizes: ImageSizes, tokens: Count, mask?: string): Steps {
  const { hiddenSize, heads, activation } = sizes
  const headDim = hiddenSize / heads
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim,
        batch: tilesOf(sizes),
        queries: tokens,
        ...(mask !== undefined && { mask, isMaskForAll: true }),
      }),
    ),
    set('out', project('out_proj', 'out')),
    give('out'),
  ]
  return clipLayer(attention, activation, { given: mask === undefined ? {} : { [mask]: mask } })
}

/**
 * A layer with the names of CLIP's, and attention of any kind.
 *
 * @param given - what attention gets beside the hidden states. Default: nothing
 * @param sum - how the residual stream is added. Default: it comes first
 */
export function clipLayer(
  attention: Steps,
  activation: string,
  {
    given = {},
    sum = plus('residual', 'hidden'),
  }: { readonly given?: Readonly<Record<string, Value>>; readonly sum?: Operation } = {},
): Steps {
  const feedForward: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  return [
    set('residual', 'hidden'),
    set('hidden', layerNormed('layer_norm1', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', ...given }, 'self_attn')),
    set('hidden', sum),
    set('residual', 'hidden'),
    set('hidden', layerNormed('layer_norm2', 'hidden')),
    set('hidden', call(feedForward, { hidden: 'hidden' }, 'mlp')),
    set('hidden', sum),
    give('hidden'),
  ]
}

/** Patches behind a vector for the whole image, with learned positions (`CLIPVisionEmbeddings`). */
export function clipEmbeddings(sizes: ImageSizes): Steps {
  return [
    set('patches', patchesOf('patch_embedding', sizes)),
    set('sum', withClass('class_embedding', 'patches', sizes)),
    set('sum', plus('sum', lookup('position_embedding', [sizes.patches + 1]))),
    give('sum'),
  ]
}
