import { bufferBytes } from './buffers.js'
import { Decoder } from './decoder.js'
import { Layers } from './layers.js'
import type { PartBytes } from './memory-ledger.js'
import { Operations } from './operations/operations.js'
import type { ReplayModel } from './replay-model.js'
import { allocateStatic } from './static-memory.js'
import type { StepMemory } from './step-memory.js'
import type { TrainingStep } from './training-options.js'

/** Replays one training step, not the first one: optimizer states already exist. */
export function trainingStep(model: ReplayModel, step: TrainingStep): StepMemory {
  const { tape, ledger, sharding, weights } = allocateStatic(model.architecture, step, model.omitted)
  const tokens = step.batch * step.sequence
  ledger.allocate(bufferBytes(model, tokens, step.parameterDtype), 'buffers')
  const layers = new Layers(new Operations(tape), weights, tokens, step.autocast, model.forward.linear)
  const decoder = new Decoder(model, layers, {
    batch: step.batch,
    sequence: step.sequence,
    checkpointing: step.checkpointing,
    kernel: step.kernel,
    computeDtype: step.parameterDtype === 'float32' ? 'bfloat16' : step.parameterDtype,
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
