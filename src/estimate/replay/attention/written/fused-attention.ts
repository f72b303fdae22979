import type { AttentionKernel } from '../../../kernels.js'
import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { contiguous, type Layout, permuted } from '../../arrays/layout.js'
import { preserved, type Shaped } from '../../arrays/shaped.js'
import type { DecoderRun } from '../../decoder-run.js'
import { attend } from '../attend.js'

/** How a fused kernel is called. */
export interface FusedCall {
  /** The kernel. Default: the one that is asked for. */
  readonly kernel?: AttentionKernel
  /** Whether it gets a boolean mask that is one for all sequences. Default: no. */
  readonly isMasked?: boolean
}

/** Attention of a fused kernel on arrays of `[batch, heads, tokens, features]`, in the memory order that the kernel gives its output. */
export function fusedAttention(
  run: DecoderRun,
  a: GroupedArrays,
  query: Shaped,
  key: Shaped,
  value: Shaped,
  { kernel = run.options.kernel, isMasked = false }: FusedCall = {},
): Shaped {
  const { layers, options, forward, bias } = run
  const [batch = 1, heads = 1, sequence = 1, headDim = 1] = query.layout.shape
  const [, kvHeads = 1, keys = sequence] = key.layout.shape
  const output = attend(layers, kernel, query, key, value, {
    batch,
    sequence,
    keys,
    heads,
    kvHeads,
    headDim,
    eager: forward.attention.eager,
    dtype: options.computeDtype,
    cappedScores: false,
    masked: isMasked,
    isMaskShared: isMasked,
    ...(bias && { bias }),
    valuesApart: false,
    exchanged: false,
    keepWeights: () => undefined,
  })
  a.done(query, key, value)
  const isFlash = kernel === 'flash' && !bias
  return { ...a.of(output, query.layout.shape), layout: isFlash ? ofFlash(query.layout) : tokensFirst(query.layout) }
}

/** Flash gives its output the memory order of the queries. Where it pads them, it is a part of a padded output. */
function ofFlash(query: Layout): Layout {
  const { shape } = query
  const features = shape.at(-1) ?? 1
  if (features % 8 === 0) return preserved(query)
  return { shape, strides: contiguous(shape.with(-1, Math.ceil(features / 8) * 8)).strides }
}

/** The memory-efficient kernel has tokens before heads. */
function tokensFirst({ shape: [batch = 1, heads = 1, tokens = 1, features = 1] }: Layout): Layout {
  return permuted(contiguous([batch, tokens, heads, features]), [0, 2, 1, 3])
}
