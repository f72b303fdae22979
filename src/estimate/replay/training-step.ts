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
  const model = whole.forTokens(step.batch * step.sequence)
  const { tape, ledger, sharding, weights } = allocateStatic(model.architecture, step, model.omitted)
  const sizes = { batch: step.batch, sequence: step.sequence, ...(step.target && { target: step.target }) }
  const tokens = step.batch * step.sequence
  const computeDtype = step.sharding?.computeDtype ?? step.parameterDtype
  ledger.allocate(model.buffers(sizes, step.parameterDtype, true), 'buffers')
  const half = computeDtype === 'float32' ? (step.autocastDtype ?? 'bfloat16') : computeDtype
  const layers = new Layers(new Operations(tape), weights, tokens, step.autocast, model.linear, step.kernels, half)
  const pass = model.pass(layers, {
    ...sizes,
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
    const loss = pass.loss()
    const after = { ...ledger.now }
    tape.backward(loss)
    sharding?.endBackward()
    pass.dropOutputs()
    return after
  }
  if (step.accumulating) run()
  ledger.reset()
  const afterForward = run()
  if (!step.stepsOnCpu) optimizerStep(ledger, weights.leaves, kind)
  return { peak: ledger.peak, afterForward }
}
