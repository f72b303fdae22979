import type { ComputeDtype } from './dtype.js'
import type { Operations } from './operations/operations.js'
import type { Tape, Tensor } from './tape.js'

/**
 * Tensor-parallel ranks that have shares of each sequence between blocks (Korthikanti et al. 2022, arXiv:2205.05198). The first has the
 * rounded-up share.
 */
export interface SequenceShares {
  readonly ranks: number
  readonly batch: number
  readonly sequence: number
}

/** The elements of a rank's share of a tensor of all tokens. */
export function shareOf(shares: SequenceShares, elements: number): number {
  return (elements / shares.sequence) * tokensOf(shares)
}

/**
 * The tokens of all ranks, as torch's `DTensor` gathers them: they come rank by rank, and are copied into order; what was padded is left out in a
 * copy. Their gradient is summed up, and each rank gets its share. The caller keeps the share.
 */
export function gatheredTokens(pass: Pass, share: Tensor, shares: SequenceShares): Tensor {
  const { tape } = pass
  const { dtype } = share
  const elements = (share.elements / tokensOf(shares)) * shares.sequence
  return tape.record(
    [share],
    {},
    () => ({ ...inOrder(forward(pass, dtype), share.elements, shares), elements }),
    () => [scattered(backward(pass, dtype), elements, shares).storage],
  )
}

/** The rank's share of the sum over all ranks. Its gradient is gathered. Frees the part. */
export function scatteredTokens(pass: Pass, part: Tensor, shares: SequenceShares): Tensor {
  const { tape } = pass
  const { elements, dtype } = part
  const share = tape.record(
    [part],
    {},
    () => scattered(forward(pass, dtype), elements, shares),
    () => [inOrder(backward(pass, dtype), shareOf(shares, elements), shares).storage],
  )
  tape.free(part)
  return share
}

/** What all ranks have of a share. */
function inOrder({ make, free }: Maker, share: number, shares: SequenceShares): Tensor {
  const { ranks, batch, sequence } = shares
  const parts = make(share * ranks, 'all_gather')
  const joined = make(share * ranks, 'cat')
  free(parts)
  // The tokens of a single sequence are contiguous without those behind them.
  if (isEven(shares) || batch === 1) return joined
  const cut = make((share / tokensOf(shares)) * sequence, 'clone')
  free(joined)
  return cut
}

/** A rank's share of a sum of all tokens. Shares are padded to the same size first; those of a single sequence that are whole are not copied. */
function scattered({ make, free }: Maker, elements: number, shares: SequenceShares): Tensor {
  const { ranks, batch, sequence } = shares
  const own = shareOf(shares, elements)
  const copied = batch === 1 ? ranks - Math.floor(sequence / tokensOf(shares)) : ranks
  const padded = isEven(shares) ? [] : [make(own * copied, 'constant_pad_nd'), make(own * ranks, 'cat')]
  const parts = make(own * ranks, 'cat')
  const share = make(own, 'reduce_scatter')
  free(...padded, parts)
  return share
}

/** The tokens of each sequence that the first rank has. */
function tokensOf({ ranks, sequence }: SequenceShares): number {
  return Math.ceil(sequence / ranks)
}

function isEven({ ranks, sequence }: SequenceShares): boolean {
  return sequence % ranks === 0
}

/** How tensors are made and freed: by the model's code, or on the way of gradients. */
interface Maker {
  readonly make: (elements: number, operation: string) => Tensor
  readonly free: (...made: readonly Tensor[]) => void
}

function forward({ tape }: Pass, dtype: ComputeDtype): Maker {
  return {
    make: (elements, operation) => tape.tensor(elements, dtype, operation),
    free: (...made) => tape.free(...made),
  }
}

function backward({ tape, ops }: Pass, dtype: ComputeDtype): Maker {
  return {
    make: (elements, operation) => ({ elements, dtype, storage: ops.gradient(elements, dtype, operation) }),
    free: (...made) => {
      for (const { storage } of made) tape.ledger.release(storage)
    },
  }
}

interface Pass {
  readonly tape: Tape
  readonly ops: Operations
}
