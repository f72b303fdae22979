import { familyOf } from '../../../architecture/families/index.js'
import type { Architecture, Dimensions } from '../../../architecture/index.js'
import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import type { TrainingStep } from './training-options.js'

/** What Unsloth keeps on the GPU from the first step on, beside the weights it unpacks. */
export function unslothBytes(
  step: TrainingStep,
  { dimensions, family }: Pick<Architecture, 'dimensions' | 'family'>,
  dtype: ComputeDtype,
): number {
  return (
    stagingBytes(step, dimensions, dtype) +
    (familyOf(family)?.hasUnslothLayers ? tableBytes(step, dimensions, dtype) : 0)
  )
}

/** `INITIAL_GPU_BUFFER_SIZE` elements of 16 bits. */
const LEAST_BUFFER_BYTES = 2 * 2 ** 20

/**
 * Two buffers in which inputs of layers come back from the CPU, each as large as the residual stream (`GPU_BUFFERS` in
 * `gradient_checkpointing.py` of unsloth_zoo 2026.10.9). Without 512 MiB of free memory there is only one.
 */
function stagingBytes(
  { stagesInputs, batch, sequence }: TrainingStep,
  { hiddenSize }: Dimensions,
  dtype: ComputeDtype,
): number {
  if (!stagesInputs) return 0
  return 2 * Math.max(batch * sequence * hiddenSize * DTYPE_BYTES[dtype], LEAST_BUFFER_BYTES)
}

/** Rows come in blocks of this many (`_round_rope_size`), unless the first table has all of them. */
const ROW_BLOCK = 8192

/** The rows that the first table has at most. */
const FIRST_ROWS = 4 * ROW_BLOCK

/**
 * Cosines and sines of all positions that the config states, whatever the length of the sequences, as the trainer packs texts and names
 * their positions (`LlamaModel_fast_forward`, `_set_cos_sin_cache` in `models/llama.py` of unsloth 2026.10.9). Where all weights are
 * trained, the classes of transformers compute them for each batch.
 */
function tableBytes(
  { kernels, trained }: TrainingStep,
  { contextTokens = 0, headDim, hiddenSize, heads }: Dimensions,
  dtype: ComputeDtype,
): number {
  if (kernels.set !== 'unsloth-2026.10' || trained) return 0
  const rows = contextTokens > FIRST_ROWS ? Math.ceil(contextTokens / ROW_BLOCK) * ROW_BLOCK : contextTokens
  return 2 * rows * (headDim ?? hiddenSize / heads) * DTYPE_BYTES[dtype]
}
