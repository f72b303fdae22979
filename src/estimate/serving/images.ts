import { type Architecture, moduleGroups, parametersByPart } from '../../architecture/index.js'
import type { ServingOptions } from './options.js'

/** What images cost a model: tokens in the language model, and memory while the encoder reads them. */
export interface ServedImages {
  /** Tokens of the largest image. */
  readonly tokens: number
  /** Bytes at the encoder's peak, for so many of the largest images at a time. */
  readonly encoderBytes: (images: number) => number
  /** Bytes of what the encoder hands to the language model, for so many. */
  readonly outputBytes: (images: number) => number
  /** How many images the longest video counts for, if it has no more than so many tokens. */
  readonly imagesInVideo: (mostTokens: number) => number
}

/** Whether a model has an encoder of images. */
export function seesImages(model: Architecture): boolean {
  return Object.hasOwn(parametersByPart(model), 'vision')
}

/**
 * Whether images of a request can be honoured.
 *
 * @param isCounted - whether the engine's memory for images is described
 * @throws RangeError for a model that sees none, an engine or a family whose images are not described, and more images than the context holds
 */
export function checkImages(
  model: Architecture,
  { images, engine = 'vllm' }: ServingOptions,
  {
    vision,
    contextTokens,
    isCounted,
  }: {
    readonly vision: ServedImages | undefined
    readonly contextTokens: number
    readonly isCounted: boolean
  },
): void {
  if (images === undefined || images === 0) return
  if (!seesImages(model))
    throw new RangeError(
      `\`images\` is for models that see images, and ${model.family} has no encoder of them; leave it out`,
    )
  if (!isCounted)
    throw new RangeError(
      `\`images\`: the memory that this version of ${engine} takes for images is not described; leave it out, or give another \`engine\``,
    )
  if (!vision)
    throw new RangeError(
      `\`images\`: how large the images of ${model.family} are is not described; leave it out, and count their tokens in \`promptTokens\``,
    )
  if (images * vision.tokens > contextTokens)
    throw new RangeError(
      `\`images\` should be at most ${Math.floor(contextTokens / vision.tokens)}: each has up to ${vision.tokens.toLocaleString('en-US')} tokens, and the context ${contextTokens.toLocaleString('en-US')}`,
    )
}

/** The depth and the width of the encoder, by the names that most classes have. CLIP's large one where they have others, as in SGLang. */
export function statedEncoder({
  config,
}: Architecture): { readonly layers: number; readonly hiddenSize: number } | undefined {
  const vision = config?.['vision_config']
  if (typeof vision !== 'object' || vision === null || Array.isArray(vision)) return undefined
  const stated: Readonly<Record<string, unknown>> = { ...vision }
  const numberOf = (name: string, absent: number): number => {
    const value = stated[name]
    return typeof value === 'number' && value > 0 ? value : absent
  }
  return { layers: numberOf('num_hidden_layers', 24), hiddenSize: numberOf('hidden_size', 1024) }
}

/** What images cost, where the largest image of the family is known. */
export function servedImages(model: Architecture, tensor: number, computeBytes: number): ServedImages | undefined {
  const { largestImage: image, dimensions } = model
  if (!image || !seesImages(model)) return undefined
  const perPatch = patchPeak(model, tensor) * computeBytes
  return {
    tokens: image.tokens,
    encoderBytes: (images) => images * image.patches * perPatch,
    outputBytes: (images) => images * image.tokens * dimensions.hiddenSize * (image.vectors ?? 1) * computeBytes,
    // A pair of pictures is one step in time (`temporal_patch_size`).
    imagesInVideo: (mostTokens) =>
      Math.max(1, Math.min(Math.floor(mostTokens / image.tokens), Math.floor((image.videoFrames ?? 2) / 2))),
  }
}

/**
 * Elements for one patch at the largest moment in a layer of the encoder: the picture itself, the residual stream and the layer's input,
 * and the wider of attention (queries, keys, values and the result) and MLP (before and after the activation; a gated one has both
 * halves in one tensor).
 */
function patchPeak(model: Architecture, tensor: number): number {
  let [hidden, ffn, gates, picture] = [0, 0, 0, 0]
  for (const { module, part, path } of moduleGroups(model)) {
    if (part !== 'vision') continue
    const isInLayer = path.some((step) => typeof step !== 'string' && step.length > 1)
    const kernel = module.parameters?.['weight']
    if (!isInLayer && kernel && kernel.length >= 4) picture = Math.max(picture, product(kernel) / (kernel[0] ?? 1))
    const { linear } = module
    if (!isInLayer || !linear) continue
    if (QUERIES.test(String(path.at(-1)))) hidden = Math.max(hidden, linear.inFeatures)
    else if (linear.outFeatures === ffn) gates += 1
    else if (linear.outFeatures > Math.max(ffn, linear.inFeatures)) [ffn, gates] = [linear.outFeatures, 1]
  }
  const attention = (4 * hidden) / tensor
  const mlp = ((gates > 1 ? 3 : 2) * ffn) / tensor
  return picture + 2 * hidden + Math.max(attention, mlp)
}

const QUERIES = /^(?:q|k|v|qkv|q_proj|k_proj|v_proj|query|key|value|in_proj)$/

function product(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1)
}
