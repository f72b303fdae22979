import { bufferBytes } from './buffers.js'
import { Decoder } from './decoder.js'
import { foldExperts } from './folded-experts.js'
import { Layers } from './layers.js'
import type { PartBytes } from './memory-ledger.js'
import { Operations } from './operations/operations.js'
import { optimizerStep, type StepKind, stepInBackward } from './optimizer-step.js'
import type { ReplayModel } from './replay-model.js'
import { allocateStatic, ownElements } from './static-memory.js'
import type { StepMemory } from './step-memory.js'
import type { TrainingStep } from './training-options.js'

/** Replays one training step, not the first one: optimizer states already exist. */
export function trainingStep(whole: ReplayModel, step: TrainingStep): StepMemory {
  const model = foldExperts(whole, step.batch * step.sequence)
  const { tape, ledger, sharding, weights } = allocateStatic(model.architecture, step, model.omitted)
  const tokens = step.batch * step.sequence
  const computeDtype = step.sharding?.computeDtype ?? step.parameterDtype
  ledger.allocate(bufferBytes(model, tokens, step.parameterDtype), 'buffers')
  const half = computeDtype === 'float32' ? (step.autocastDtype ?? 'bfloat16') : computeDtype
  const layers = new Layers(
    new Operations(tape),
    weights,
    tokens,
    step.autocast,
    model.forward.linear,
    step.kernels,
    half,
  )
  const decoder = new Decoder(model, layers, {
    batch: step.batch,
    sequence: step.sequence,
    recompute: step.recompute,
    reentrant: step.reentrant ?? false,
    kernel: step.kernel,
    loss: step.loss,
    computeDtype: half,
    cache: false,
    sharding,
    keepOutputs: step.keepOutputs ?? false,
    inputGradients: step.inputGradients ?? false,
  })
  const kind: StepKind = {
    optimizer: step.optimizer,
    step: step.optimizerStep,
    elementsOf: (leaf) => ownElements(leaf, step),
    dtypeOf: (leaf) => step.stepDtype ?? leaf.dtype,
  }
  if (step.optimizerStep === 'in-backward') tape.onGradient = (leaf) => stepInBackward(ledger, leaf, kind)
  tape.offloads = step.offloadsActivations ?? false
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
  if (!step.stepsOnCpu) optimizerStep(ledger, weights.leaves, kind)
  return { peak: ledger.peak, afterForward }
}
