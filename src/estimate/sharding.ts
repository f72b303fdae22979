import type { MemoryEstimate } from './memory-estimate.js'
import { rangeOf } from './overhead.js'
import { emptyParts, type PartBytes, type Phase } from './replay/memory-ledger.js'
import type { StepProfile } from './shard/profile.js'

/** How the ranks divide a model: `data * tensor * pipeline` is the number of GPUs. */
export interface Layout {
  /** Ranks that share parameters, gradients and states (FSDP2, ZeRO-3), each with its own batch. */
  readonly data: number
  /** Ranks that share each matrix. */
  readonly tensor: number
  /** Whether they have shares of each sequence between blocks, too (Korthikanti et al. 2022, arXiv:2205.05198). */
  readonly sequenceParallel?: boolean
  /** Stages of consecutive layers. */
  readonly pipeline: number
  /** Ranks within `data` that share the experts of each layer and exchange tokens. */
  readonly expert: number
}

/**
 * Estimates the memory of one rank of a training step in any layout, from the sizes of a step.
 *
 * It is for layouts that cannot be replayed. (If only data is sharded, `estimateMemory` replays the step itself.) Against torch's
 * own tracker on recorded steps over 2, 4 and 8 ranks, this shorter way is off by 0.1 % (median) and 2 % (maximum).
 */
export function shardedEstimate(
  profile: StepProfile,
  layout: Layout,
  overhead: number,
): Omit<MemoryEstimate, 'confidence'> {
  const peak = moments(profile, layout).reduce((most, moment) => (total(moment) > total(most) ? moment : most))
  const { parts, phase, operation } = peak
  return {
    totalBytes: total(peak) + overhead,
    tensorBytes: total(peak),
    overheadBytes: overhead,
    parts,
    range: rangeOf(total(peak), overhead),
    peakAt: { phase, operation },
    assumptions: assumptionsOf(layout),
  }
}

interface Moment {
  readonly phase: Phase
  readonly operation: string
  readonly parts: PartBytes
}

function total({ parts }: Moment): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)
}

/** The points of a step where the peak can be. */
function moments(profile: StepProfile, layout: Layout): Moment[] {
  const { tensor } = layout
  const part = (bytes: number) => Math.ceil(bytes / tensor)
  const { layers } = profile
  // The normalised input of a block is gathered before its products, which save it whole.
  const whole = 2 * (profile.hidden - part(profile.hidden))
  const isRecomputed = profile.again > 0
  const kept = part(profile.kept) + (isRecomputed ? 0 : whole)
  // Without ranks that share parameters nothing is gathered.
  const gathered = layout.data > 1 ? 1 : 0
  const root = gathered * part(profile.root)
  const layer = gathered * part(profile.layer - profile.layerExperts + Math.ceil(profile.layerExperts / layout.expert))
  const layerGradients = part(
    profile.trained && layout.expert > 1
      ? profile.layerGradients - profile.layerExperts + Math.ceil(profile.layerExperts / layout.expert)
      : profile.layerGradients,
  )
  const held = staticParts(profile, layout)
  const gradientShare = held.gradients / profile.layers
  const layerShare = Math.min(Math.ceil(layerGradients / layout.data), gradientShare)
  const head = part(profile.headGradient)
  const rootGradients = profile.rootGradients.reduce((sum, bytes) => sum + part(bytes), 0)

  const at = (phase: Phase, operation: string, more: Partial<PartBytes>): Moment => ({
    phase,
    operation,
    parts: {
      ...emptyParts(),
      parameters: held.parameters + root + (more.parameters ?? 0),
      optimizerStates: held.optimizerStates,
      buffers: profile.buffers,
      gradients: Math.round(more.gradients ?? 0),
      activations: more.activations ?? 0,
      temporary: more.temporary ?? 0,
    },
  })
  // While a layer runs, the next one is already gathered, and the gradients of the previous one are being reduced.
  const inLayer = (done: number): Moment => {
    const next = done < layers - 1 ? layer : 0
    const before = done > 0 ? gathered * layerGradients : 0
    return at('backward', `layer ${layers - 1 - done}`, {
      parameters: layer + next,
      gradients: done * layerShare,
      activations: (layers - 1 - done) * kept,
      temporary: part(profile.layerPeak) + (isRecomputed ? whole : 0) + before + head,
    })
  }
  return [
    at('forward', 'all_gather of the root', {
      parameters: root,
      activations: layers * kept + part(profile.again) + (isRecomputed ? whole : 0),
    }),
    at('backward', '_log_softmax_backward_data', {
      parameters: layer,
      activations: part(profile.lossKept - layers * profile.kept) + layers * kept,
      // On shares of the vocabulary, the loss makes zeros, probabilities and their sum (torch 2.15, `tensor/parallel/loss.py`).
      temporary: tensor > 1 ? part((profile.lossScratch * 3) / 2) : profile.lossScratch,
    }),
    ...[...new Set([0, Math.min(1, layers - 1), Math.max(layers - 2, 0), layers - 1])].map(inLayer),
    at('backward', 'embedding_dense_backward', {
      gradients: layers * layerShare,
      temporary: rootGradients + layerGradients + part(profile.hidden),
    }),
    at('step', profile.copiesForStep > 0 ? '_foreach_sqrt' : '_fused_adamw_', {
      parameters: -root,
      gradients: held.gradients,
      temporary: held.gradients * profile.copiesForStep,
    }),
  ]
}

/** The shares that a rank keeps for the whole step. */
function staticParts({ tensors }: StepProfile, { data, tensor }: Layout) {
  const sum = (bytesOf: (tensor: StepProfile['tensors'][number]) => number) =>
    Math.ceil(
      tensors.reduce((all, one) => all + one.count * ((bytesOf(one) * Math.ceil(one.rows / data)) / one.rows), 0) /
        tensor,
    )
  return {
    parameters: sum(({ bytes }) => bytes),
    gradients: sum(({ gradientBytes }) => gradientBytes),
    optimizerStates: sum(({ stateBytes }) => stateBytes),
  }
}

function assumptionsOf({ data, tensor }: Layout): string[] {
  return [
    'sequences are full: no padding',
    'FSDP2 (ZeRO-3) wraps each decoder layer and the rest; the rest stays gathered from forward to backward',
    'while a layer runs, the next one is gathered; while its gradients are reduced, the next ones are computed',
    ...(data > 1
      ? [`parameters, gradients and optimizer states in ${data} shares, each tensor cut along its first dimension`]
      : []),
    ...(tensor > 1
      ? [
          `${tensor} tensor-parallel ranks with shares of matrices, of sequences between blocks, and of the vocabulary in the loss, as in torchtitan 0.3.0 and nemo-automodel 0.7.0 with \`sequence_parallel\`; derived, and up to 3 % off on recorded steps`,
        ]
      : []),
  ]
}
