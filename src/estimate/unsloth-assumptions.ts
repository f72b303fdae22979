import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'

/** What is assumed of Unsloth's kernels, and how far estimates with them were off in runs of Unsloth 2026.10.9 on an H200, in sentences. */
export function unslothAssumptions(
  { dimensions }: Pick<Architecture, 'dimensions'>,
  { kernels, method, lora, sharding, recompute, attention }: CheckedMemoryOptions,
): string[] {
  const { trains } = methodOf(method)
  if (kernels !== 'unsloth-2026.10' || trains === 'nothing') return []
  const isStaged = recompute !== 'none' && (sharding.offload?.includes('activations') ?? false)
  const isSaved = trains === 'adapters' && (lora?.modulesToSave?.length ?? 0) > 0
  return [
    ...(trains === 'weights' ? [OF_WEIGHTS] : [OF_ADAPTERS, ...(attention === 'flash' ? [OF_ATTENTION] : [])]),
    ...(isStaged ? [OF_STAGING] : []),
    ...(isSaved && dimensions.tiedEmbeddings ? [OF_TIED] : []),
  ]
}

const OF_ADAPTERS =
  "norms, rotation, adapters and loss by Unsloth's kernels: 14 runs of Llama, Mistral, Qwen 2, Qwen 3 and Gemma 3 on an H200 were within 0.07 %; of the families whose classes Unsloth compiles, Gemma 3 alone was measured"

const OF_WEIGHTS =
  'norms, rotation and loss as Unsloth compiles them: from 0.7 % too low to 1.8 % too high in three runs on an H200 (Llama, Mistral, Qwen 3)'

const OF_ATTENTION =
  "attention is cuDNN's on copies that are padded to a multiple of 128 tokens, as Unsloth computes it where neither FlashAttention nor xFormers is installed; with one of them it needs a little less"

const OF_STAGING =
  'inputs of layers that are larger than 2 MiB, but that of the last layer, are on the CPU until backward, and come back into two buffers that stay on the GPU'

const OF_TIED =
  'Unsloth trains one copy of tied embeddings if both input and output are saved; two are counted: 31 % too high in one run of a small model'
