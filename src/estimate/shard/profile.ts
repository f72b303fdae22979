import { type Architecture, type Path, parameterGroups, parameters } from '../../architecture/index.js'
import type { CheckedMemoryOptions } from '../checked-memory-options.js'
import { methodOf } from '../methods.js'
import { stateBytes } from '../optimizers.js'
import { type ComputeDtype, DTYPE_BYTES } from '../replay/dtype.js'
import { labelHead } from '../replay/loss/label-head.js'
import { MemoryLedger } from '../replay/memory-ledger.js'
import type { ReplayModel } from '../replay/replay-model.js'
import type { StepMemory } from '../replay/step/step-memory.js'
import type { Recomputation } from '../replay/step/training-options.js'
import { trainingStep } from '../replay/step/training-step.js'
import { UndescribedBlock } from '../replay/undescribed-block.js'
import { Weights } from '../replay/weights.js'
import { type ResolvedModel, resolveModel } from '../resolved-model.js'
import { trainingStepOf } from '../training-step-of.js'
import { decoderLayers, shrunk } from './shrink.js'

/** A group of identical parameter tensors, as a rank keeps them. */
export interface KeptTensor {
  readonly count: number
  /** Bytes of the whole tensor, its gradient (if it is trained) and its optimizer states. */
  readonly bytes: number
  readonly gradientBytes: number
  readonly stateBytes: number
  /** FSDP2 cuts tensors along their first dimension: rank 0 has the rounded-up share of the rows. */
  readonly rows: number
}

/** The sizes of a sharded step in bytes, for any number of ranks. */
export interface StepProfile {
  readonly layers: number
  readonly tensors: readonly KeptTensor[]
  /** Whether the model's own weights are trained. */
  readonly trained: boolean
  /** All parameters of one layer, unsharded and in the compute dtype, and how much of them are experts. */
  readonly layer: number
  readonly layerExperts: number
  /** The unsharded gradients of one layer. */
  readonly layerGradients: number
  /** Parameters outside the layers (embeddings, final norm, head), and those of the two embeddings. */
  readonly root: number
  readonly rootGradients: readonly number[]
  readonly headGradient: number
  /** What a layer saves from forward to backward. */
  readonly kept: number
  /** What a checkpointed layer holds after it is recomputed. */
  readonly again: number
  /** The peak of one layer's backward without parameters: recomputed tensors, scratch, unsharded gradients. */
  readonly layerPeak: number
  /** What is live in the backward of the loss, and the two gradients of the float32 logits there. */
  readonly lossKept: number
  readonly lossScratch: number
  /** The gradient of the hidden states. */
  readonly hidden: number
  readonly buffers: number
  /** Copies of what is trained that the step of the optimizer makes. */
  readonly copiesForStep: number
}

/**
 * Takes the sizes of a sharded step from replays with one layer and with two layers; the difference is one layer.
 *
 * An FSDP group has one dtype: adapters have the dtype of the weights, and `full-mixed` keeps float32 shards and computes with
 * bfloat16 copies (`MixedPrecisionPolicy`).
 */
export function profileStep(resolved: ResolvedModel, options: CheckedMemoryOptions): StepProfile {
  const model = resolved.architecture
  const { batchSize, sequenceLength, recompute, method, precision, storage } = options
  const { hiddenSize, vocabSize } = model.dimensions
  const { trains, weights } = methodOf(method)
  const compute: ComputeDtype = weights === 'float32' ? 'bfloat16' : precision
  const width = DTYPE_BYTES[compute]
  const trained = trains === 'weights'
  const layers = decoderLayers(model).reduce((sum, { indices }) => sum + indices.length, 0)

  const run = (count: number, vocabulary: 'whole' | 'one token', again: Recomputation) =>
    replay(shrunk(model, count, vocabulary), { ...options, recompute: again }, compute)
  const [one, two] = [run(1, 'one token', recompute), run(2, 'one token', recompute)]
  const kept = two.afterForward.activations - one.afterForward.activations
  const again =
    recompute === 'none'
      ? 0
      : run(2, 'one token', 'none').afterForward.activations - run(1, 'one token', 'none').afterForward.activations
  const whole = run(1, 'whole', recompute)
  const own = ownTensors(resolved, options)
  const inLayers = decoderTensors(model)
  const rootGradients = trained ? embeddingSizes(model).map((elements) => elements * width) : []
  return {
    layers,
    tensors: own.tensors,
    trained,
    layer: Math.ceil((inLayers.parameters / layers) * (storage ? own.packing : 1) * width + own.adapterBytes / layers),
    layerExperts: Math.ceil((inLayers.experts / layers) * width),
    layerGradients: trained ? Math.ceil((inLayers.parameters / layers) * width) : Math.ceil(own.adapterBytes / layers),
    root: inLayers.outside * width,
    rootGradients:
      model.dimensions.tiedEmbeddings && trained
        ? [...rootGradients, ...rootGradients, ...rootGradients]
        : rootGradients,
    headGradient: rootGradients.at(-1) ?? 0,
    kept,
    again,
    layerPeak: layerPeakOf(trained ? one : two, trained ? 0 : kept),
    lossKept: whole.afterForward.activations + (layers - 1) * kept,
    lossScratch: 2 * DTYPE_BYTES.float32 * batchSize * sequenceLength * (labelHead(model)?.labels ?? vocabSize),
    hidden: width * batchSize * sequenceLength * hiddenSize,
    buffers: whole.afterForward.buffers,
    copiesForStep: options.optimizer === 'adamw' && options.optimizerStep === 'foreach' ? 1 : 0,
  }
}

function layerPeakOf({ peak }: StepMemory, others: number): number {
  const { activations, temporary, gradients } = peak.parts
  return Math.max(activations + temporary + gradients - others, 0)
}

function replay(model: Architecture, options: CheckedMemoryOptions, compute: ComputeDtype): StepMemory {
  const resolved = resolveModel(model, options)
  return trainingStep(replayOf(resolved), {
    ...trainingStepOf(resolved, { ...options, sharding: { strategy: 'none', ranks: 1 } }),
    parameterDtype: compute,
    autocast: false,
    adapterDtype: options.adapterDtype ?? compute,
    optimizerStep: 'fused',
    stateBytes: () => 0,
    microBatches: 1,
  })
}

/** The forward pass to replay. A model without one is refused before it is profiled. */
function replayOf({ replay: model }: ResolvedModel): ReplayModel {
  if ('missing' in model) throw new UndescribedBlock(model.missing)
  return model
}

/** The tensors that ranks share, including adapters, in the dtype that they are stored in. */
function ownTensors(
  resolved: ResolvedModel,
  { method, optimizer, precision, storage, adapterDtype, batchSize, sequenceLength }: CheckedMemoryOptions,
) {
  const { trains, weights: kept } = methodOf(method)
  const dtype: ComputeDtype = kept === 'float32' ? 'float32' : precision
  const ledger = new MemoryLedger()
  const { architecture, omitted } = replayOf(resolved).forTokens(batchSize * sequenceLength)
  const weights = new Weights(architecture, ledger, {
    omitted,
    dtype,
    trained: trains === 'weights',
    storage,
    adapterDtype: adapterDtype ?? dtype,
    adapters: resolved.adapters,
  })
  const shapes = [...parameters(architecture)].map(({ shape }) => shape)
  const groups = new Map<string, KeptTensor>()
  let [adapterBytes, baseBytes, baseElements] = [0, 0, 0]
  weights.tensors.forEach(({ storage, grad, elements, storedAs, alike = 0 }, index) => {
    const shape = shapes[index] ?? (grad?.kind === 'leaf' ? grad.shape : [1])
    const isBase = index < shapes.length
    const times = 1 + alike
    if (isBase) baseBytes += storage.bytes * times
    else adapterBytes += storage.bytes * times
    if (isBase) baseElements += elements * times
    const tensor = {
      bytes: storage.bytes,
      gradientBytes: grad ? storage.bytes : 0,
      stateBytes: grad ? stateBytes(optimizer, shape, DTYPE_BYTES[dtype], grad.kind === 'leaf' ? grad : {}) : 0,
      rows: storedAs ? storage.bytes : (shape[0] ?? 1),
    }
    const key = JSON.stringify(tensor)
    groups.set(key, { ...tensor, count: (groups.get(key)?.count ?? 0) + times })
  })
  return {
    tensors: [...groups.values()],
    adapterBytes,
    packing: baseBytes / (baseElements * DTYPE_BYTES[dtype]),
  }
}

/** The number of parameters in the decoder layers, in their experts, and outside. */
function decoderTensors(model: Architecture): { parameters: number; experts: number; outside: number } {
  const inside = { ...model, root: { type: 'ModuleList', items: decoderLayers(model) } }
  const size = (tree: Architecture, only: (path: Path) => boolean = () => true) => {
    let total = 0
    for (const { path, shape, count, tiedTo } of parameterGroups(tree)) {
      if (tiedTo === undefined && only(path)) total += count * shape.reduce((a, b) => a * b, 1)
    }
    return total
  }
  const parametersInside = size(inside)
  return {
    parameters: parametersInside,
    experts: size(inside, (path) => path.slice(1, -1).includes('experts')),
    outside: size(model) - parametersInside,
  }
}

/** The elements of each embedding, input first. Tied embeddings count as one. */
function embeddingSizes(model: Architecture): number[] {
  const { vocabSize, hiddenSize } = model.dimensions
  const sizes: number[] = []
  for (const { shape } of parameters({ root: withoutLists(model) })) {
    if (shape.length === 2 && shape[0] === vocabSize) sizes.push(vocabSize * (shape[1] ?? hiddenSize))
  }
  return sizes
}

function withoutLists({ root }: Architecture): Architecture['root'] {
  const strip = (module: Architecture['root']): Architecture['root'] => ({
    ...module,
    ...(module.items && { items: [] }),
    ...(module.children && {
      children: Object.fromEntries(Object.entries(module.children).map(([name, child]) => [name, strip(child)])),
    }),
  })
  return strip(root)
}
