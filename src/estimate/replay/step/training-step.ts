import { type Architecture, linearGroups } from '../../../architecture/index.js'
import type { StepOptions } from '../decoder-run.js'
import { DTYPE_BYTES } from '../dtype.js'
import { Layers } from '../layers.js'
import type { MemoryLedger, PartBytes } from '../memory-ledger.js'
import { Offloading } from '../offloading.js'
import { Operations } from '../operations/operations.js'
import type { Noting } from '../ranks/noting.js'
import type { ReplayModel } from '../replay-model.js'
import type { Sharding } from '../sharding/sharding.js'
import { reducesLate, ZeroGradients } from '../sharding/zero-gradients.js'
import type { Leaf, Tape } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { optimizerStep, type StepKind, stepInBackward } from './optimizer-step.js'
import { OtherModels } from './other-models.js'
import { allocateStatic, ownElements } from './static-memory.js'
import { highest, type StepMemory } from './step-memory.js'
import type { TrainingStep } from './training-options.js'
import { unslothBytes } from './unsloth-buffers.js'

/**
 * Replays one training step, not the first one: optimizer states already exist.
 *
 * @param noted - notes the run, to count it again on other ranks
 */
export function trainingStep(whole: ReplayModel, step: TrainingStep, noted?: Noting): StepMemory {
  const { virtualTokens } = step
  if ((virtualTokens || step.preference) && whole.ends === 'output')
    throw new UndescribedBlock(
      virtualTokens
        ? `no model of virtual tokens for ${whole.architecture.className}, which is no decoder of text: pass \`finetuningType: 'lora'\``
        : `no model of preferences for ${whole.architecture.className}`,
    )
  const sequence = step.sequence + (virtualTokens && virtualTokens.kind !== 'prefixes' ? virtualTokens.count : 0)
  // Each gradient of an expert has a place of its own in the buckets of DeepSpeed.
  const model =
    step.zero && !reducesLate(step.zero)
      ? whole
      : whole.forTokens(step.batch * sequence, step.recompute === 'selective')
  const allocated = allocateStatic(model.architecture, step, model.omitted, model.senses, noted?.ledger)
  const { tape, ledger, sharding, weights } = allocated
  noted?.begin(model, allocated)
  const isEnough = (): boolean => step.enoughBytes !== undefined && ledger.peak.totalBytes >= step.enoughBytes
  // What a run holds between its steps is live at the peak, too.
  ledger.reset()
  if (isEnough()) return { ...highest([ledger]), afterForward: { ...ledger.now } }
  const { batch, images = 0, seconds = 0, target } = step
  const sizes = { batch, sequence: step.sequence, images, seconds, ...(target && { target }) }
  const tokens = step.batch * sequence
  const computeDtype = step.sharding?.computeDtype ?? step.parameterDtype
  ledger.allocate(model.buffers(sizes, step.parameterDtype, true), 'buffers')
  if (step.isMasked) ledger.allocate(DTYPE_BYTES.int64 * tokens, 'buffers')
  const half = computeDtype === 'float32' ? (step.autocastDtype ?? 'bfloat16') : computeDtype
  const ops = new Operations(tape)
  const { autocast, kernels, division } = step
  const layers = new Layers(ops, weights, tokens, autocast, model.linear, kernels, half, division)
  layers.goesOn = step.stage !== undefined
  if (step.zero?.stage === 3) asWithZero3(layers, model.architecture, step, sharding)
  const options: StepOptions = {
    ...sizes,
    sequence,
    completion: step.completion,
    stage: step.stage,
    recompute: step.recompute,
    reentrant: step.reentrant ?? false,
    kernel: step.kernel,
    ...(step.kernelPackages && { kernelPackages: step.kernelPackages }),
    loss: step.loss,
    computeDtype: step.autocast ? half : computeDtype,
    modelDtype: step.restDtype ?? computeDtype,
    bufferDtype: computeDtype,
    cache: false,
    drops: step.preference?.withoutDropout ? 'fixed' : 'all',
    sharding,
    keepOutputs: step.keepOutputs ?? false,
    inputGradients: step.inputGradients ?? false,
    routerLogits: step.routerLogits ?? 'no',
    virtualTokens: virtualTokens && allocated.prompt && { kind: virtualTokens.kind, weights: allocated.prompt },
  }
  const pass = model.pass(layers, options)
  const others = step.preference && new OtherModels({ model, layers, options, step, pass, preference: step.preference })
  const kind = stepKind(step)
  const zero = step.zero && new ZeroGradients(ledger, weights.leaves, weights.leavesWith(model.leftOut), step.zero)
  if (zero) tape.gradients.onGradient = (leaf) => zero.arrived(leaf)
  if (step.optimizerStep === 'in-backward') {
    tape.gradients.onGradient = (leaf) => {
      stepInBackward(ledger, leaf, kind)
      return true
    }
  }
  if (step.stagesInputs) tape.saved.stages = true
  else if (step.offloader) tape.saved.offloading = new Offloading(ledger, step.offloader)
  ledger.allocate(unslothBytes(step, model.architecture, half), 'buffers')
  const share = (): void => shareBuffers(ledger, model.buffers({ ...sizes, batch: 0 }, step.parameterDtype, true))
  const run = (isLast = true): PartBytes => {
    ledger.phase = 'forward'
    if (sharding) prepareToReduce(tape, sharding, isLast)
    if (zero) zero.isLast = isLast
    const inFlight = step.inFlightBytes && ledger.allocate(step.inFlightBytes, 'activations')
    const sent = step.sentBytes && ledger.allocate(step.sentBytes, 'activations')
    if (step.sharesBuffers === 'each') share()
    layers.reuseCopies()
    others?.before()
    const loss = others ? others.loss() : pass.loss()
    const after = { ...ledger.now }
    noted?.endForward()
    if (sent) ledger.release(sent)
    if (step.hasRunForward) ledger.reset()
    // In backward, what layers hold that are not replayed is known at the end only.
    if (step.endsWithForward || (isLast && isEnough())) return after
    const { elements, dtype } = loss
    const keepsGradient = step.stage?.isLast === false
    tape.backward(loss, { keepsGradient })
    // A stage references the gradient that it received while it reduces its own.
    const arrived = sharding && keepsGradient && ledger.allocate(elements * DTYPE_BYTES[dtype])
    // Where gradients are reduced after all micro-batches, no other is in flight then.
    if (inFlight) ledger.release(inFlight)
    sharding?.endBackward(isLast)
    if (arrived) ledger.release(arrived)
    zero?.endBackward(sharding)
    sharding?.endReduction()
    others?.end()
    pass.dropOutputs()
    return after
  }
  ledger.reset()
  others?.rollout()
  ledger.phase = 'forward'
  if (step.sharesBuffers === 'first') share()
  const rollout = { peak: ledger.peak, kernelPeak: ledger.kernelPeak }
  noted?.endRollout()
  if (step.microBatches > 1) run(false)
  if (step.hasRunOthers && sharding?.rules.reshards === false) sharding.gatherAll()
  if (sharding) sharding.staysGathered = step.hasRunForward ?? false
  ledger.reset()
  const afterForward = run()
  if (step.endsWithForward || isEnough()) return { ...highest([ledger]), afterForward }
  const leaves = [...weights.leaves, ...(others?.leaves ?? [])]
  if (layers.goesOn) layers.freeCopies()
  noted?.end()
  sharding?.beforeStep()
  zero?.beforeStep()
  update(ledger, leaves, step)
  zero?.afterStep()
  sharding?.afterStep()
  return { ...highest([ledger, rollout]), afterForward, heldByGraph: tape.heldByGraph }
}

/** The step of the optimizer on parameters that have their gradients. */
export function update(ledger: MemoryLedger, leaves: readonly Leaf[], step: TrainingStep): void {
  if (step.stepsOnCpu) return
  for (const group of groupsOf(leaves, step)) optimizerStep(ledger, group, stepKind(step))
}

function stepKind(step: TrainingStep): StepKind {
  return {
    optimizer: step.optimizer,
    step: step.optimizerStep,
    elementsOf: (leaf) => ownElements(leaf, step),
    dtypeOf: (leaf) => step.stepDtype ?? leaf.dtype,
  }
}

/** DeepSpeed computes linear layers itself, and frees what backward does not come to. What is computed again is used again. */
function asWithZero3(
  layers: Layers,
  architecture: Architecture,
  step: TrainingStep,
  sharding: Sharding | undefined,
): void {
  layers.savesInputs = true
  layers.hasConv1D = [...linearGroups(architecture)].some(({ linear }) => linear.stored === 'Conv1D')
  if (step.recompute === 'none') layers.onIdle = (weight) => sharding?.dropIdle(weight)
}

/** Whether gradients of this micro-batch are reduced as backward goes on, or stay whole. */
function prepareToReduce(tape: Tape, sharding: Sharding, isLast: boolean): void {
  const { defers, reducesLast, copiesOut, reduceDtype, computeDtype } = sharding.rules
  if (reduceDtype) tape.gradients.summedWidth = DTYPE_BYTES[reduceDtype] / DTYPE_BYTES[computeDtype ?? 'bfloat16']
  const isReducing = isLast || !reducesLast
  sharding.isReducing = isReducing
  tape.gradients.isReducing = isReducing
  tape.gradients.onUnreduced =
    defers || (copiesOut && !isReducing) ? (leaf, gradient) => sharding.accumulate(leaf, gradient) : undefined
}

/** Two buckets of buffers are on their way at most, of 250 MiB each (`broadcast_bucket_size` of DDP, `broadcast_coalesced` of torch 2.15). */
function shareBuffers(ledger: MemoryLedger, bytes: number): void {
  ledger.observe('cat', Math.min(bytes, 500 * 2 ** 20))
}

/**
 * The groups that an optimizer updates one after another: A and embeddings, then B (PEFT's `create_loraplus_optimizer`). The Trainer of
 * transformers 5.24 puts the tensors that ranks divide into groups of their own (`by_mesh` in its `trainer.py`).
 */
function groupsOf(
  leaves: readonly Leaf[],
  { stepsInGroups, division, sharding }: TrainingStep,
): readonly (readonly Leaf[])[] {
  const split = (all: readonly Leaf[], isFirst: (leaf: Leaf) => boolean | undefined): readonly (readonly Leaf[])[] =>
    [all.filter(isFirst), all.filter((leaf) => !isFirst(leaf))].filter((group) => group.length > 0)
  const groups = stepsInGroups ? split(leaves, ({ isSecond }) => !isSecond) : [leaves]
  return division || sharding?.experts ? groups.flatMap((group) => split(group, ({ isDivided }) => isDivided)) : groups
}
