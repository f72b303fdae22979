import { weightsOf } from '../inference-memory.js'
import type { UnderstoodModel } from '../resolved-model.js'
import type { Parallel } from './check-parallel.js'
import { adapterBytes, draftBytes } from './extra-weights.js'
import { kernelPadding } from './kernel-padding.js'
import type { Engine, ServingOptions } from './options.js'
import { storedWeights } from './weights/stored-weights.js'
import type { WeightStorage } from './weights/weight-storage.js'

/** What an engine loads: the bytes on one GPU, with adapters and a draft layer, and what is assumed about them. */
export interface ServedWeights {
  readonly bytes: number
  readonly notes: readonly string[]
}

/** The weights on the GPU that holds most of them. */
export function servedWeights(
  understood: UnderstoodModel,
  storage: WeightStorage,
  { engine = 'vllm', loraSlots, loraRank = 16, draft }: ServingOptions,
  parallel: Parallel,
): ServedWeights {
  const { architecture } = understood
  const { tensor, pipeline, expert } = parallel
  const padding = kernelPadding(engine, architecture, storage, expert > 1 ? 1 : tensor)
  const layout = { tensor, pipeline, expert }
  const { perGpu, total } = storedWeights(architecture, storage, layout, padding?.elementsOf)
  // The headers of the files know better than the rules; the padding of kernels comes on top.
  const plain = padding ? storedWeights(architecture, storage).total : total
  const scale = weightsOf(understood, storage).total / plain
  const adapters = loraSlots ? adapterBytes(architecture, loraSlots, loraRank, tensor) : 0
  const drafts = draft && draft.kind !== 'ngram' ? draftBytes(architecture, storage, layout) : 0
  return {
    bytes: Math.ceil(perGpu * scale) + adapters + drafts,
    notes: [
      ...(padding ? [padding.note] : []),
      ...(understood.files ? ['weights are those in the headers of the files'] : []),
      ...(loraSlots ? [`${loraSlots} LoRA adapters of rank ${loraRank} on every linear layer, in 16 bits`] : []),
      ...(drafts > 0 ? [`the draft is one more layer like the last, and a projection, in ${storage.precision}`] : []),
      ...(draft?.kind === 'ngram' ? ['n-grams of the prompt need no memory on the GPU'] : []),
    ],
  }
}

/** vLLM, SGLang, TGI and TensorRT-LLM load float32 checkpoints in 16 bits. */
export function loadedStorage(storage: WeightStorage, engine: Engine): WeightStorage {
  if (storage.precision !== 'float32' || storage.from === 'option' || engine === 'transformers') return storage
  return {
    ...storage,
    precision: 'bfloat16',
    computeDtype: 'bfloat16',
    bitsOf: () => 16,
    assumptions: [...storage.assumptions, `${engine} loads a float32 checkpoint in 16 bits`],
  }
}
