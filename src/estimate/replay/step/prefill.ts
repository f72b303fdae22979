import type { KernelPackage } from '../../kernel-packages.js'
import type { AttentionKernel } from '../../kernels.js'
import { NO_ADAPTERS } from '../../lora/adapter-plan.js'
import type { RouterLogitsUse } from '../decoder/router-outputs.js'
import type { Division } from '../division.js'
import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import { OF_TORCH } from '../kernel-set.js'
import { Layers } from '../layers.js'
import { Operations } from '../operations/operations.js'
import type { ReplayModel } from '../replay-model.js'
import { Tape } from '../tape.js'
import { Weights } from '../weights.js'
import { highest, type StepMemory } from './step-memory.js'

/** The input of a prefill replay. */
export interface Prefill {
  readonly batch: number
  readonly sequence: number
  /** Tokens that an encoder-decoder writes for each sequence. */
  readonly target?: number | undefined
  /** Images in each sequence. */
  readonly images?: number
  /** Seconds of sound in each sequence of an encoder that hears. */
  readonly seconds?: number
  readonly kernel: AttentionKernel
  readonly kernelPackages?: ReadonlySet<KernelPackage>
  readonly dtype: ComputeDtype
  /** How tensor-parallel ranks divide the model. */
  readonly division?: Division | undefined
  readonly routerLogits?: RouterLogitsUse
  /** Whether the model gets an attention mask. */
  readonly isMasked?: boolean
}

/** Replays a prefill of all tokens in one pass. It computes logits for the last tokens and keeps the cache. */
export function prefill(whole: ReplayModel, given: Prefill): StepMemory {
  const {
    batch,
    sequence,
    target,
    images = 0,
    seconds = 0,
    kernel,
    kernelPackages = new Set<KernelPackage>(),
    dtype,
    division,
    routerLogits = 'no',
    isMasked = false,
  } = given
  const sizes = { batch, sequence, images, seconds, ...(target && { target }) }
  const model = whole.forTokens(batch * sequence)
  const tape = new Tape()
  const { ledger } = tape
  const weights = new Weights(model.architecture, ledger, {
    omitted: model.omitted,
    dtype,
    trained: false,
    adapterDtype: dtype,
    adapters: NO_ADAPTERS,
  })
  const tokens = batch * sequence
  ledger.allocate(model.buffers(sizes, dtype, false), 'buffers')
  if (isMasked) ledger.allocate(DTYPE_BYTES.int64 * tokens, 'buffers')
  const layers = new Layers(new Operations(tape), weights, tokens, false, model.linear, OF_TORCH, 'bfloat16', division)
  const pass = model.pass(layers, {
    ...sizes,
    recompute: 'none',
    reentrant: false,
    loss: { kind: 'logits', logits: 'float32' },
    kernel,
    kernelPackages,
    computeDtype: dtype,
    modelDtype: dtype,
    bufferDtype: dtype,
    cache: true,
    drops: 'none',
    routerLogits,
  })
  ledger.reset()
  tape.withoutGradients(() => pass.prefill())
  return { ...highest([ledger]), afterForward: { ...ledger.now } }
}
