/** The sizes of an attention call on a GPU. */
export interface AttentionCall {
  readonly batch: number
  readonly heads: number
  readonly kvHeads: number
  readonly queries: number
  readonly keys: number
  readonly headDim: number
  readonly valueDim: number
  /** Whether it computes in float32. */
  readonly isWide: boolean
}

const FLOAT32 = 4
const HALF = 2

/**
 * What the backward of FlashAttention-2 holds: the gradient of the queries in float32 and a sum for each row, both in whole blocks, and where heads
 * share keys, gradients of keys and values for each query head (`mha_bwd` of flash_api.cpp: `dq_accum`, `softmax_d`, `dk_expanded`).
 *
 * @param copies - how many of output and gradient are not in the order of tokens before heads, so that they are copied
 *   (`_flash_attention_backward` of attention_backward.cu)
 */
export function flashBackwardBytes(call: AttentionCall, copies = 0): number {
  const { batch, heads, kvHeads, queries, keys } = call
  const rows = batch * heads * up(queries, 128)
  const headDim = up(call.headDim, 8)
  const wide = headDim <= 192 ? up(headDim, 32) : 256
  const expanded = kvHeads === heads ? 0 : 2 * batch * heads * keys * headDim * HALF
  return rows * (wide + 1) * FLOAT32 + expanded + copies * batch * heads * queries * headDim * HALF
}

/** Blocks of queries and of keys, and whether the gradients of keys and values are summed outside of registers. */
interface Blocks {
  readonly features: number
  readonly queries: number
  readonly keys: number
  readonly accumulates: boolean
}

/** The kernels for GPUs since the A100, except those for compute capability 8.6 and 8.9 (`mem_eff_attention/kernels/cutlassB.h`). */
const KERNELS: Readonly<Record<'half' | 'float32', readonly Blocks[]>> = {
  half: [
    { features: 64, queries: 64, keys: 64, accumulates: false },
    { features: 128, queries: 128, keys: 128, accumulates: false },
    { features: Number.POSITIVE_INFINITY, queries: 128, keys: 64, accumulates: true },
  ],
  float32: [
    { features: 64, queries: 64, keys: 64, accumulates: false },
    { features: Number.POSITIVE_INFINITY, queries: 128, keys: 64, accumulates: false },
  ],
}

/** Lock and counter of a block of the queries' gradient, in elements (`GradQTempStorage`). */
const BLOCK_HEAD = 4

/**
 * What the backward of the memory-efficient kernel holds: its workspace (`workspace_size` of `mem_eff_attention/kernel_backward.h`, with the number
 * of splits that `_efficient_attention_backward` of attention_backward.cu chooses) and a number for each row. Float32 has the product of output and
 * gradient first, to sum it up.
 */
export function efficientBackwardBytes(call: AttentionCall): number {
  const { batch, heads, queries, keys, headDim, valueDim, isWide } = call
  const [kernel = KERNELS.half[0]] = KERNELS[isWide ? 'float32' : 'half'].filter(
    ({ features }) => Math.max(headDim, valueDim) <= features,
  )
  if (!kernel) return 0
  const splits = splitsOf(kernel, batch * heads, keys)
  const forKeys = kernel.accumulates
    ? splits * kernel.keys * (up(headDim, kernel.queries) + up(valueDim, kernel.queries))
    : 0
  const blocks = Math.ceil(queries / kernel.queries) * Math.ceil(headDim / kernel.keys)
  const workspace = batch * heads * up(forKeys + blocks * (BLOCK_HEAD + kernel.queries * kernel.keys), 4) * FLOAT32
  const sums = batch * heads * queries * FLOAT32
  return isWide ? Math.max(sums + workspace, sums * (valueDim + 2)) : sums + workspace
}

/** How many parts the keys are in. */
function splitsOf({ keys: block, accumulates }: Blocks, parallel: number, keys: number): number {
  const splits = parallel >= 256 && keys <= 2 * block ? 1 : Math.ceil(keys / block)
  return Math.max(accumulates ? Math.min(splits, Math.floor(200 / parallel)) : splits, 1)
}

function up(count: number, step: number): number {
  return Math.ceil(count / step) * step
}
