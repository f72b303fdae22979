import { weightsOf } from '../inference-memory.js'
import type { UnderstoodModel } from '../resolved-model.js'
import { adapterBytes } from './adapter-slots.js'
import type { Parallel } from './check-parallel.js'
import { draftBytes, draftNotes } from './draft.js'
import { kernelPadding } from './kernel-padding.js'
import type { Engine, ServingOptions } from './options.js'
import { rotationTableBytes } from './rotation-tables.js'
import { type Padding, storedWeights } from './weights/stored-weights.js'
import type { WeightStorage } from './weights/weight-storage.js'

/** What an engine loads: the bytes on one GPU, with adapters and a draft layer, and what is assumed about them. */
export interface ServedWeights {
  readonly bytes: number
  readonly notes: readonly string[]
}

/** The weights on the GPU that holds most of them; a blind model is loaded without its encoder of images. */
export function servedWeights(
  understood: UnderstoodModel,
  storage: WeightStorage,
  { engine = 'vllm', loraSlots, loraRank = 16, draft }: ServingOptions,
  parallel: Parallel & { readonly isBlind: boolean },
): ServedWeights {
  const { architecture } = understood
  const { tensor, pipeline, expert } = parallel
  const padding = kernelPadding(engine, architecture, storage, expert > 1 ? 1 : tensor)
  const layout = { tensor, pipeline, expert }
  const elementsOf: Padding = (group) =>
    parallel.isBlind && (group.part === 'vision' || group.part === 'projector')
      ? 0
      : (padding?.elementsOf(group) ?? group.elements)
  const { perGpu } = storedWeights(architecture, storage, layout, elementsOf)
  // The headers of the files know better than the rules; the padding of kernels comes on top.
  const plain = storedWeights(architecture, storage).total
  const scale = understood.files ? weightsOf(understood, storage).total / plain : 1
  const slots = loraSlots ?? 0
  const adapters = slots > 0 ? adapterBytes(architecture, { slots, rank: loraRank }, { ...layout, engine }) : 0
  const drafts = draft ? draftBytes(architecture, draft, storage, layout) : 0
  const tables = rotationTableBytes(architecture, engine)
  return {
    bytes: Math.ceil(perGpu * scale) + adapters + drafts + tables,
    notes: [
      ...(padding ? [padding.note] : []),
      ...(understood.files && storage.from === 'checkpoint' ? ['weights are those in the headers of the files'] : []),
      ...(slots > 0
        ? [
            `${slots} LoRA adapters of rank ${loraRank} on every linear layer${engine === 'vllm' ? ', expert, embedding and head' : ' outside experts'}, in 16 bits`,
          ]
        : []),
      ...draftNotes(draft, storage),
      ...(tables > 0
        ? [`weights include ${(tables / 2 ** 20).toFixed(0)} MiB of cosines and sines for every position of the model`]
        : []),
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
