import type { ConfigReader } from '../config-reader.js'
import { axialFrequencies } from '../forward/tower-buffers.js'
import { type Children, container, type Module, repeated } from '../module.js'
import { embedding } from './embedding.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'
import { plainMlp } from './plain-mlp.js'
import { framePatches, type QwenVisionSizes, qwenVision, qwenVisionBlock, qwenVisionSizes } from './qwen-vision.js'

/**
 * The image encoder of Qwen3-VL (Qwen team 2025, arXiv:2511.21631) and Qwen3.5: learned positions, and mergers whose outputs
 * go into early layers of the language model (DeepStack, arXiv:2406.04334).
 *
 * @param name - the prefix of its class names: `Qwen3VL`
 * @param deepstack - the layers that it taps if the config does not say
 */
export function qwen3Vision(
  name: string,
  config: ConfigReader,
  deepstack: readonly number[],
  options: MergerOptions = { merger: qwen3PatchMerger, mergers: 'deepstack_merger_list' },
): Module {
  const { merger: mergerOf, mergers, mergersFirst } = options
  const sizes = qwenVisionSizes(config, { hiddenSize: 1152, depth: 27 })
  const { hiddenSize } = sizes
  const ffnSize = config.integer('intermediate_size', 4304)
  const outFeatures = config.integer('out_hidden_size', 3584)
  const taps = (config.integers('deepstack_visual_indexes') ?? deepstack).length
  const merger = (norm: number): Module => mergerOf(`${name}VisionPatchMerger`, sizes, layerNorm(norm), outFeatures)
  const listed: Children = { [mergers]: taps > 0 ? repeated(taps, merger(hiddenSize * sizes.merged)) : undefined }
  return qwenVision(`${name}VisionModel`, sizes, {
    patches: framePatches(`${name}VisionPatchEmbed`, config, hiddenSize, { patch: 16, bias: true }),
    ...(mergersFirst && { before: listed }),
    between: { pos_embed: embedding(config.integer('num_position_embeddings', 2304), hiddenSize) },
    block: qwenVisionBlock(`${name}VisionBlock`, hiddenSize, {
      norm: layerNorm(hiddenSize),
      mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['linear_fc1', 'linear_fc2'] }),
    }),
    after: {
      merger: merger(hiddenSize),
      ...(!mergersFirst && listed),
    },
  })
}

/** The elements of its buffers as transformers 5 has them, in float32: the frequencies of rows and columns, twice. */
export function qwen3VisionBuffer(config: ConfigReader): number {
  const headDim = Math.floor(config.positive('hidden_size', 1152) / config.positive('num_heads', 16))
  return axialFrequencies(headDim)
}

/** A family's merger, and its name for the list of those that DeepStack adds. */
interface MergerOptions {
  readonly merger: (type: string, sizes: QwenVisionSizes, norm: Module, outFeatures: number) => Module
  readonly mergers: string
  /** Whether the class makes that list before everything else. Default: at last. */
  readonly mergersFirst?: boolean
}

/** A merger whose norm is before the joining of patches, or after it. */
function qwen3PatchMerger(
  type: string,
  { hiddenSize, merged }: QwenVisionSizes,
  norm: Module,
  outFeatures: number,
): Module {
  const joined = hiddenSize * merged
  return container(type, {
    norm,
    linear_fc1: linear(joined, joined, { bias: true }),
    linear_fc2: linear(joined, outFeatures, { bias: true }),
  })
}
