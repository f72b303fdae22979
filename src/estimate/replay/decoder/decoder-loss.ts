import type { DecoderModel } from '../decoder-model.js'
import type { DecoderPass } from '../decoder-pass.js'
import { dropped } from '../dropout.js'
import type { ComputeDtype } from '../dtype.js'
import { chunkedLinear } from '../loss/chunked-linear.js'
import { chunkedLoss } from '../loss/chunked-loss.js'
import { fusedLinear } from '../loss/fused-losses.js'
import { type LabelHead, labelLoss, labelsOf } from '../loss/label-head.js'
import { logProbs, logProbsAndEntropy, logProbsOfLogits, preferenceLoss } from '../loss/log-probs.js'
import { logitsOf, statesForHead } from '../loss/logits.js'
import { causalLoss, type LossKind, WITH_HEAD } from '../loss/loss.js'
import { lossOfChunks } from '../loss/loss-of-chunks.js'
import { unslothLinear } from '../loss/unsloth-linear.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/** References to logits that outlive the loss. */
export interface KeptLogits {
  /** Logits of a loss that keeps its outputs. */
  readonly outputs: Tensor[]
  /** Those of the micro-batch before, if the loop holds the logits of chunks. */
  readonly before?: Tensor
  /** Logits that are returned beside a loss of preferences. */
  readonly returned: Tensor[]
  /** Logits that live until the loss of the routers is computed; absent if nobody asks for that. */
  readonly held?: Tensor[]
  /** The logits as they leave the model, if the loss is computed outside of it. Frees what it gets. */
  readonly leaving?: (logits: Tensor) => Tensor
  /** Called when the logits of all tokens are computed. */
  readonly behindHead?: () => void
}

/** The loss of the last hidden states. Frees them. */
export function decoderLoss(model: DecoderModel, pass: DecoderPass, hidden: Tensor, kept: KeptLogits): Tensor {
  const { layers } = pass
  const { tape } = layers.ops
  const { head, architecture, score, labels } = model
  const freed = (made: Tensor): Tensor => {
    tape.free(hidden)
    return made
  }
  if (score !== undefined) return freed(preferenceLoss(layers, layers.linear(score, hidden, 1)))
  if (labels) return freed(lossOfLabels(model, labels, pass, hidden, kept))
  if (!head) throw new UndescribedBlock(`${architecture.className} has no language-model head, so its loss is unknown`)
  // TRL's head scales within its kernels (`logit_scale` of `add_fused_lm_head`).
  const states = pass.options.loss.kind === 'log-probs' ? tape.alias(hidden) : statesForHead(pass, hidden)
  const isGone = leavesStates(pass)
  if (isGone) tape.free(hidden)
  const loss = lossOfStates(pass, head, states, kept)
  return isGone ? loss : freed(loss)
}

/**
 * Whether the hidden states are gone when the loss of the logits is computed: where the class computes the loss of a whole language model, and where
 * a trainer computes it of what the model has returned.
 */
function leavesStates({ forward, options: { loss, stage } }: DecoderPass): boolean {
  if (stage && WITH_HEAD.includes(loss.kind)) return true
  return forward.logits.shifts === 'model' || OUTSIDE.includes(loss.kind) || loss.logits === 'float32-gathered'
}

const OUTSIDE: readonly LossKind['kind'][] = [
  'chunked',
  'chunked-linear',
  'log-probs-of-logits',
  'log-probs-and-entropy',
]

/** The loss of what the language-model head reads. Frees that. */
function lossOfStates(pass: DecoderPass, head: Named, states: Tensor, kept: KeptLogits): Tensor {
  const { layers, options, forward } = pass
  const { tape } = layers.ops
  const { loss } = options
  const freed = (made: Tensor): Tensor => {
    tape.free(states)
    return made
  }
  if (forward.logits.normalisesHead && WITH_HEAD.includes(loss.kind))
    throw new UndescribedBlock(
      `no model of the loss '${loss.kind}' with an output embedding that is normalised in each pass: pass \`loss: 'logits'\``,
    )
  if (WITH_HEAD.includes(loss.kind) && isOutsideModel(pass)) return lossOutside(pass, head, states, kept)
  const { outputs, before } = kept
  if (before) return lossOfChunks(pass, head, states, { outputs, before })
  if (WITH_HEAD.includes(loss.kind)) return lossWithHead(pass, head, states)
  const own = logitsOf(pass, head, states)
  kept.behindHead?.()
  const logits = kept.leaving?.(own) ?? own
  if (!leavesStates(pass)) return freed(lossOfLogits(pass, logits, kept, states.dtype))
  tape.free(states)
  return lossOfLogits(pass, logits, kept, states.dtype)
}

/** The loss that a schedule or a trainer computes of the hidden states that the model returns, which a stage of a pipeline references. Frees them. */
function lossOutside(pass: DecoderPass, head: Named, states: Tensor, { leaving, outputs }: KeptLogits): Tensor {
  const { tape } = pass.layers.ops
  const returned = leaving?.(states) ?? states
  if (pass.options.stage) outputs.push(tape.alias(returned))
  // FSDP2 lets gradients stay narrow from the backward of what its module returns on; the head's come before it.
  const { grad } = pass.layers.weights.get(`${head.name}.weight`)
  if (leaving && grad?.kind === 'leaf') grad.arrivesWide = true
  return lossWithHead(pass, head, returned)
}

/** A loss that computes the head of the hidden states. Frees them. */
function lossWithHead(pass: DecoderPass, head: Named, states: Tensor): Tensor {
  const { layers, options, sizes } = pass
  const { batch, sequence, completion, loss } = options
  if (loss.kind === 'chunked') return chunkedLoss(pass, head, states)
  if (loss.kind === 'chunked-linear') return chunkedLinear(pass, head, states)
  const linear = layers.kernels.set === 'unsloth-2026.10' ? unslothLinear : fusedLinear
  const made =
    loss.kind === 'fused-linear'
      ? linear(layers, head.name, states, { vocabulary: sizes.vocabSize, batch })
      : preferenceLoss(layers, logProbs(layers, head.name, states, { batch, sequence, completion }))
  layers.ops.tape.free(states)
  return made
}

/** Whether the model returns hidden states, and others compute head and loss. */
function isOutsideModel({ options: { stage, loss } }: DecoderPass): boolean {
  return stage !== undefined || loss.kind === 'chunked-linear'
}

/** The loss of a class that labels texts. */
function lossOfLabels(
  { architecture }: DecoderModel,
  head: LabelHead,
  pass: DecoderPass,
  hidden: Tensor,
  kept: KeptLogits,
): Tensor {
  const { layers, options, forward } = pass
  const { tape } = layers.ops
  if (options.loss.kind !== 'logits')
    throw new UndescribedBlock(`the loss of ${architecture.className} has no other kind than logits`)
  const given = dropped(pass, 'labelled', tape.alias(hidden))
  const { logits: own, held } = labelsOf(layers, head, given, options.batch)
  held.push(given)
  const logits = kept.leaving?.(own) ?? own
  const loss = labelLoss(layers, head, logits, forward.logits.labelled === 'float32')
  if (options.keepOutputs) kept.outputs.push(tape.alias(logits))
  tape.free(logits, ...held)
  return loss
}

/** The loss of the logits of all tokens. */
function lossOfLogits(
  { layers, options, forward, sizes }: DecoderPass,
  logits: Tensor,
  kept: KeptLogits,
  dtype: ComputeDtype,
): Tensor {
  const { batch, sequence, loss, keepOutputs } = options
  // accelerate wraps the forward pass of the model alone in autocast.
  if (OUTSIDE.includes(loss.kind)) layers.endAutocast()
  if (loss.kind === 'log-probs-and-entropy') return logProbsAndEntropy(layers, logits, { batch, sequence })
  if (loss.kind === 'log-probs-of-logits')
    return logProbsOfLogits(layers, logits, { batch, sequence, returned: kept.returned })
  const isOwn = loss.kind === 'logits' && loss.logits === 'float32' && forward.logits.shifts !== 'no'
  const kind = isOwn && forward.logits.shifts !== 'float32' ? { ...loss, logits: 'model' as const } : loss
  const casts = loss.kind === 'logits' && loss.logits === 'float32' && forward.logits.castsForLoss
  const isDerived = forward.logits.form !== 'plain' || forward.logits.shifts === 'float32'
  const outputs = [...(keepOutputs ? [kept.outputs] : []), ...(kept.held ? [kept.held] : [])]
  return causalLoss(layers, logits, {
    batch,
    sequence,
    vocabulary: sizes.vocabSize,
    kind,
    isDerived,
    shifts: isOwn,
    casts,
    addsLargest: isOwn && forward.logits.addsLargest,
    castsBack: (isOwn || casts) && forward.logits.castsBack ? dtype : undefined,
    kept: outputs,
  })
}
