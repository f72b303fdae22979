import type { Architecture, Shape } from '../../architecture/index.js'
import type { AttentionKernel } from './attention.js'
import { Decoder } from './decoder.js'
import type { ComputeDtype } from './dtype.js'
import { Layers } from './layers.js'
import type { PartBytes, Peak } from './ledger.js'
import { Operations } from './operations.js'
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
}

/** What a step needs: its peak, and what is live when backward begins. */
export interface StepMemory {
  readonly peak: Peak
  readonly afterForward: Readonly<PartBytes>
}

/** Replays one training step, after the first: the optimizer's states are there. */
export function trainingStep(architecture: Architecture, step: TrainingStep): StepMemory {
  const tape = new Tape()
  const { ledger } = tape
  const weights = new Weights(architecture, ledger, {
    dtype: step.parameterDtype,
    trained: step.trained,
    quantised: step.quantised,
    adapterDtype: step.adapterDtype,
    adapterRank: step.adapterRank,
  })
  for (const { shape, dtype } of weights.leaves) {
    ledger.allocate(step.stateBytes(shape, dtype), 'optimizerStates')
    ledger.allocate(4, 'buffers')
  }
  ledger.allocate(8 * step.batch * step.sequence, 'buffers')
  ledger.allocate(bufferBytes(architecture), 'buffers')
  const layers = new Layers(new Operations(tape), weights, step.batch * step.sequence, step.autocast)
  const decoder = new Decoder(architecture, layers, {
    batch: step.batch,
    sequence: step.sequence,
    checkpointing: step.checkpointing,
    kernel: step.kernel,
    computeDtype: step.parameterDtype === 'float32' ? 'bfloat16' : step.parameterDtype,
    traits: traitsOf(architecture.family),
    cache: false,
  })
  const run = (): PartBytes => {
    ledger.phase = 'forward'
    const loss = decoder.loss()
    const after = { ...ledger.now }
    tape.backward(loss)
    return after
  }
  if (step.accumulating) run()
  ledger.reset()
  const afterForward = run()
  ledger.phase = 'step'
  ledger.observe('_fused_adamw_')
  return { peak: ledger.peak, afterForward }
}

/** One prefill, as the replay takes it. */
export interface Prefill {
  readonly batch: number
  readonly sequence: number
  readonly kernel: AttentionKernel
  readonly dtype: ComputeDtype
}

/** Replays a prefill: all tokens at once, the logits of the last ones, the cache kept. */
export function prefill(architecture: Architecture, { batch, sequence, kernel, dtype }: Prefill): StepMemory {
  const tape = new Tape()
  const { ledger } = tape
  const weights = new Weights(architecture, ledger, {
    dtype,
    trained: false,
    quantised: false,
    adapterDtype: dtype,
    adapterRank: () => undefined,
  })
  ledger.allocate(8 * batch * sequence + bufferBytes(architecture), 'buffers')
  const layers = new Layers(new Operations(tape), weights, batch * sequence, false)
  const traits = traitsOf(architecture.family)
  const decoder = new Decoder(architecture, layers, {
    batch,
    sequence,
    checkpointing: false,
    kernel,
    computeDtype: dtype,
    traits,
    cache: true,
  })
  ledger.reset()
  tape.withoutGradients(() => decoder.prefill())
  return { peak: ledger.peak, afterForward: { ...ledger.now } }
}

/** Frequencies of rotary embeddings: a float32 for every second feature of a head. */
function bufferBytes({ dimensions }: Architecture): number {
  return 2 * (dimensions.headDim ?? dimensions.hiddenSize / Math.max(dimensions.heads, 1))
}
