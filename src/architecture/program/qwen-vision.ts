import type { Norm } from '../forward/index.js'
import { activated, attended, call, convolved, give, make, normed, plus, project, set, split } from './build.js'
import type { Count } from './count.js'
import type { Operation, Steps, Value } from './steps.js'
import { rotatedInFloat32 } from './wide-rotation.js'

/** The sizes of an encoder of patches in a grid, of any width and height. */
export interface GridSizes {
  readonly hiddenSize: number
  readonly heads: number
  /** Patches of an image. */
  readonly patches: number
  /** Pixels of a patch, in all frames and channels. */
  readonly pixels: number
}

/** The patches of all images. */
export const patchesOfAll = ({ patches }: GridSizes): Count => ['images', patches]

/** The pixels of all images, which a processor has cut into patches, in float32. */
export const patchPixels = ({ patches, pixels }: GridSizes): Operation => ({
  op: 'input',
  count: ['images', patches, pixels],
  type: 'float32',
})

/** Patches as vectors, by a convolution over each (`PatchEmbed`). */
export const embeddedPatches = ({ hiddenSize, patches }: GridSizes, at = 'patch_embed', pixels = 'pixels'): Operation =>
  call(
    [set('hidden', convolved('proj', { op: 'own', of: 'hidden' }, ['images', patches, hiddenSize])), give('hidden')],
    { hidden: pixels },
    at,
  )

/** The angles of patches, with their cosines and sines in float32. All are held until the encoder returns. */
export function gridAngles(
  { hiddenSize, heads, patches }: GridSizes,
  ordered: (of: Value, count: Count) => Value,
): Steps {
  const features = hiddenSize / heads
  const count = (size: number): Count => ['images', patches, size]
  return [
    set('angles', make(count(features / 2), 'float32')),
    set('angles', ordered('angles', count(features / 2))),
    set('both', make(count(features), 'float32')),
    set('cos', make(count(features), 'float32')),
    set('sin', make(count(features), 'float32')),
  ]
}

/**
 * Attention of the patches of each image, or of each window of it: queries, keys and values of one layer, rotated in float32. The code runs
 * once for each window, and joins the results.
 *
 * @param keys - the patches that one sees: the mean over all patches
 * @param windows - the windows of an image
 * @param hasNorms - whether queries and keys have norms. Default: no
 */
export function gridAttention(
  { hiddenSize, heads, patches }: GridSizes,
  keys: number,
  windows = 1,
  { hasNorms = false } = {},
): Steps {
  const all: Count = ['images', patches, hiddenSize]
  return [
    split({ op: 'exchange', of: project('qkv', 'hidden') }, ['query', 'key', 'value'], [all, all, all]),
    ...(hasNorms
      ? [set('query', normed('rmsNorm', 'q_norm', 'query')), set('key', normed('rmsNorm', 'k_norm', 'key'))]
      : []),
    ...rotatedInFloat32(),
    ...attendedInGrid({ hiddenSize, heads, patches }, keys, windows),
  ]
}

/** The rest of it, from the variables `query`, `key` and `value`. */
export function attendedInGrid(
  { hiddenSize, heads, patches }: Omit<GridSizes, 'pixels'>,
  keys: number,
  windows = 1,
): Steps {
  return [
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: [1],
        queries: ['images', patches],
        keys: [keys],
        runs: ['images', windows],
      }),
    ),
    set('out', project('proj', 'out')),
    give('out'),
  ]
}

/**
 * A block: attention and a feed-forward network, each behind a norm and beside the stream.
 *
 * @param given - the variables that attention gets besides
 */
export function gridBlock(norm: Norm, attention: Steps, feedForward: Steps, given = ['cos', 'sin']): Steps {
  const passed = Object.fromEntries(given.map((name) => [name, name]))
  return [
    set('hidden', plus('hidden', call(attention, { hidden: normed(norm, 'norm1', 'hidden'), ...passed }, 'attn'))),
    set('hidden', plus('hidden', call(feedForward, { hidden: normed(norm, 'norm2', 'hidden') }, 'mlp'))),
    give('hidden'),
  ]
}

/** The merger of Qwen 2's encoders: a norm, and a network over the patches that it joins. */
export function qwenMerger(norm: Norm): Operation {
  const network: Steps = [
    set('x', project('0', 'x')),
    set('x', activated('gelu', 'x')),
    set('x', project('2', 'x')),
    give('x'),
  ]
  return call([set('x', call(network, { x: normed(norm, 'ln_q', 'x') }, 'mlp')), give('x')], { x: 'hidden' }, 'merger')
}
