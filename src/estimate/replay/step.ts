import type { Architecture, Shape } from '../../architecture/index.js'
import type { AttentionKernel } from './attention/attention.js'
import { Decoder } from './decoder.js'
import { type ComputeDtype, DTYPE_BYTES } from './dtype.js'
import { foldLayers } from './folded-layers.js'
import { Layers } from './layers.js'
import type { PartBytes, Peak } from './memory-ledger.js'
import { Operations } from './operations/operations.js'
import { Sharding } from './sharding.js'
import { Tape } from './tape.js'
import { traitsOf } from './traits.js'
import { type AdapterRank, Weights } from './weights.js'

/** One training step, as the replay takes it. */
export interface TrainingStep {
  readonly batch: number
  readonly sequence: number
  readonly checkpointing: boolean
  readonly kernel: AttentionKernel
  readonly parameterDtype: ComputeDtype
  readonly autocast: boolean
  readonly trained: boolean
  readonly quantised: boolean
  readonly adapterDtype: ComputeDtype
  readonly adapterRank: AdapterRank
  /** Bytes that the optimizer keeps for one trained tensor. */
  readonly stateBytes: (shape: Shape, dtype: ComputeDtype) => number
  /** Whether gradients of an earlier micro-batch are there already. */
  readonly accumulating: boolean
  /** Ranks that parameters, gradients and states are spread over. Default: 1. */
  readonly world?: number
  readonly keepOutputs?: boolean
  readonly inputGradients?: boolean
}

/** What a step needs: its peak, and what is live when backward begins. */
export interface StepMemory {
  readonly peak: Peak
  readonly afterForward: Readonly<PartBytes>
}

/** Books what rests between steps: parameters, the optimizer's states (they are there from the second step on), inputs. */
function booked(architecture: Architecture, step: TrainingStep, omitted: ReadonlyMap<string, number> = new Map()) {
  const tape = new Tape()
  const { ledger } = tape
  const { world = 1 } = step
  const sharding = world > 1 ? new Sharding(ledger, world) : undefined
  const weights = new Weights(architecture, ledger, {
    sharding,
    omitted,
    dtype: step.parameterDtype,
    trained: step.trained,
    quantised: step.quantised,
    adapterDtype: step.adapterDtype,
    adapterRank: step.adapterRank,
  })
  for (const { shape, dtype, alike = 0 } of weights.leaves) {
    ledger.allocate(step.stateBytes(shardOf(shape, world), dtype) * (1 + alike), 'optimizerStates')
    ledger.allocate(4 * (1 + alike), 'buffers')
  }
  ledger.allocate(8 * step.batch * step.sequence + bufferBytes(architecture, step.parameterDtype), 'buffers')
  return { tape, ledger, sharding, weights }
}

/** Parameters, gradients and optimizer states, which need no forward pass to be known. */
export function staticMemory(
  architecture: Architecture,
  step: TrainingStep,
): Pick<PartBytes, 'parameters' | 'gradients' | 'optimizerStates'> {
  const { ledger, weights } = booked(architecture, step)
  const gradients = weights.leaves.map(({ shape, dtype }) =>
    shardOf(shape, step.world ?? 1).reduce((product, size) => product * size, DTYPE_BYTES[dtype]),
  )
  const { parameters, optimizerStates } = ledger.now
  return { parameters, gradients: gradients.reduce((sum, bytes) => sum + bytes, 0), optimizerStates }
}

/** Replays one training step, after the first. */
export function trainingStep(
  model: Architecture,
  step: TrainingStep,
  fold: typeof foldLayers = foldLayers,
): StepMemory {
  const traits = traitsOf(model)
  const { architecture, omitted } = fold(model, traits)
  const { tape, ledger, sharding, weights } = booked(architecture, step, omitted)
  const layers = new Layers(
    new Operations(tape),
    weights,
    step.batch * step.sequence,
    step.autocast,
    traits.writesOutLinear,
  )
  const decoder = new Decoder(architecture, layers, {
    batch: step.batch,
    sequence: step.sequence,
    checkpointing: step.checkpointing,
    kernel: step.kernel,
    computeDtype: step.parameterDtype === 'float32' ? 'bfloat16' : step.parameterDtype,
    traits,
    omitted,
    cache: false,
    sharding,
    keepOutputs: step.keepOutputs ?? false,
    inputGradients: step.inputGradients ?? false,
  })
  const run = (): PartBytes => {
    ledger.phase = 'forward'
    const loss = decoder.loss()
    const after = { ...ledger.now }
    tape.backward(loss)
    sharding?.endBackward()
    decoder.dropOutputs()
    return after
  }
  if (step.accumulating) run()
  ledger.reset()
  const afterForward = run()
  ledger.phase = 'step'
  ledger.observe('_fused_adamw_')
  return { peak: ledger.peak, afterForward }
}

/** What one rank owns of a parameter: a share of its rows, the last ones padded. */
function shardOf([rows = 1, ...rest]: Shape, world: number): Shape {
  return [Math.ceil(rows / world), ...rest]
}

/** One prefill, as the replay takes it. */
export interface Prefill {
  readonly batch: number
  readonly sequence: number
  readonly kernel: AttentionKernel
  readonly dtype: ComputeDtype
}

/** Replays a prefill: all tokens at once, the logits of the last ones, the cache kept. */
export function prefill(
  model: Architecture,
  { batch, sequence, kernel, dtype }: Prefill,
  fold: typeof foldLayers = foldLayers,
): StepMemory {
  const traits = traitsOf(model)
  const { architecture, omitted } = fold(model, traits)
  const tape = new Tape()
  const { ledger } = tape
  const weights = new Weights(architecture, ledger, {
    omitted,
    dtype,
    trained: false,
    quantised: false,
    adapterDtype: dtype,
    adapterRank: () => undefined,
  })
  ledger.allocate(8 * batch * sequence + bufferBytes(architecture, dtype), 'buffers')
  const layers = new Layers(new Operations(tape), weights, batch * sequence, false, traits.writesOutLinear)
  const decoder = new Decoder(architecture, layers, {
    batch,
    sequence,
    checkpointing: false,
    kernel,
    computeDtype: dtype,
    traits,
    omitted,
    cache: true,
  })
  ledger.reset()
  tape.withoutGradients(() => decoder.prefill())
  return { peak: ledger.peak, afterForward: { ...ledger.now } }
}

/**
 * What modules keep besides parameters: frequencies of rotary embeddings, a float32 for every second feature that is
 * rotated; and the causal masks of booleans that the GPTs of an earlier time keep in each layer.
 */
function bufferBytes(architecture: Architecture, dtype: ComputeDtype): number {
  const { dimensions, family, root } = architecture
  const { headDim, hiddenSize, heads, layers } = dimensions
  const { rotary, rotaryShare, tables, experts } = traitsOf(architecture)
  const frequencies =
    rotary && !UNKEPT_FREQUENCIES.has(family) ? 2 * (headDim ?? hiddenSize / Math.max(heads, 1)) * rotaryShare : 0
  const positions = Object.values(root.children ?? {})[0]?.children?.['wpe']?.parameters?.['weight']?.[0] ?? 0
  const masks = MASKED_LAYERS[family]?.(layers) ?? 0
  // Beside each mask lies the number that GPT-2 once wrote in its place.
  const own = OWN_FREQUENCIES.has(family) ? layers : 0
  const { moe } = dimensions
  const routers = moe ? moe.expertLayers * moe.experts * experts.bufferBytes(DTYPE_BYTES[dtype]) : 0
  const kinds = tables === 'shared' ? 1 : 2
  return frequencies * (kinds + own) + masks * (positions * positions + DTYPE_BYTES[dtype]) + routers
}

/** Families that make their frequencies anew in each forward pass. */
const UNKEPT_FREQUENCIES: ReadonlySet<string> = new Set(['phimoe'])

/** Families whose attention has frequencies of its own beside the model's. */
const OWN_FREQUENCIES: ReadonlySet<string> = new Set(['persimmon', 'qwen2_moe', 'stablelm'])

const MASKED_LAYERS: Readonly<Record<string, (layers: number) => number>> = {
  gpt2: (layers) => layers,
  gpt_neo: (layers) => layers,
  gpt_bigcode: () => 1,
}
