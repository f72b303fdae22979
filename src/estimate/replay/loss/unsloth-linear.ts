import { DTYPE_BYTES } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** A head, and how many tokens it is computed for. */
interface Head {
  readonly vocabulary: number
  readonly batch: number
}

/**
 * Head and loss of Unsloth in one step (unsloth_zoo 2026.10.9). The gradient of the hidden states is computed in the forward pass; backward
 * multiplies it into a new tensor. Where the head is trained, another function does the same with its gradient, too.
 */
export function unslothLinear(layers: Layers, head: string, hidden: Tensor, sizes: Head): Tensor {
  const { ops, weights, tokens, half, autocast } = layers
  const { tape } = ops
  const weight = weights.get(`${head}.weight`)
  // Labels of each token, and the places of those that have one (`_keep_index`).
  const indices = [tape.tensor(tokens, 'int64', 'clone'), tape.tensor(tokens, 'int64', 'nonzero')]
  const forHidden = tape.tensor(hidden.elements, hidden.dtype, 'zeros')
  const forHead = weight.grad && tape.tensor(weight.elements, weight.dtype, 'zeros_like')
  const made = forHead ? [forHidden, forHead] : [forHidden]
  const loss = tape.record(
    [hidden, weight],
    { before: made },
    () => {
      const chunk = { layers, weight, features: hidden.elements / tokens, dtype: autocast ? half : hidden.dtype }
      if (forHead) trainedHead(chunk, sizes)
      else frozenHead(chunk, sizes)
      return tape.tensor(1, 'float32', 'sum')
    },
    () => [
      hidden.grad && ops.gradient(hidden.elements, hidden.dtype, 'mul'),
      weight.grad && ops.gradient(weight.elements, weight.dtype, 'mul'),
    ],
  )
  tape.free(...indices, ...made)
  return loss
}

interface Chunk {
  readonly layers: Layers
  readonly weight: Tensor
  readonly features: number
  readonly dtype: Tensor['dtype']
}

/** The most rows of a chunk, the most logits at once, and the logits that a chunk has at least (`_MAX_ROWS`, `_CHUNK_GB`, `_MIN_LOGITS`). */
const MOST_ROWS = 4096
const MOST_BYTES = 2 * 2 ** 30
const LEAST_LOGITS = 512 * 151_936

/** Columns of a part of the vocabulary, and the bytes of the logits of one (`_SPLIT_COLS`, `_BWD_TILE_BYTES`). */
const SPLIT_COLUMNS = 16_384
const TILE_BYTES = 256 * 2 ** 20

/**
 * A frozen head (`_ce_impl` in `fused_losses/fused_linear.py`): float32 logits of a chunk, whose gradient is written over them, and its product
 * with the head in float32, of which the last one exists while the next is computed. From 4,096 tokens with labels on, a GPU of more than
 * 24 GiB computes the logits in parts of the vocabulary (`_tiled_forward`). A smaller one always does, with smaller parts.
 */
function frozenHead({ layers: { ops, tokens }, weight, features, dtype }: Chunk, { vocabulary, batch }: Head): void {
  const { tape } = ops
  const kept = tokens - batch
  const cast = weight.dtype === dtype ? [] : [tape.tensor(weight.elements, dtype, '_to_copy')]
  const losses = tape.tensor(kept, 'float32', 'empty')
  if (kept >= MOST_ROWS && vocabulary > 2 * SPLIT_COLUMNS) {
    const columns = TILE_BYTES / MOST_ROWS / DTYPE_BYTES.float32
    const logits = tape.tensor(MOST_ROWS * columns, 'float32', 'empty')
    const sums = tape.tensor(MOST_ROWS * features, 'float32', 'empty')
    const states = tape.tensor(MOST_ROWS * features, dtype, 'index_select')
    const parts = tape.tensor(8 * Math.ceil(vocabulary / SPLIT_COLUMNS) * MOST_ROWS, 'float32', 'empty')
    tape.free(logits, sums, states, parts)
  } else {
    const rows = rowsOfChunk(kept, features, vocabulary)
    const logits = tape.tensor(rows * Math.ceil(vocabulary / 8) * 8, 'float32', 'empty')
    const states = tape.tensor(rows * features, dtype, 'index_select')
    const before = kept > rows ? [tape.tensor(rows * features, 'float32', 'mm')] : []
    // The last chunk may be smaller.
    const last = kept > rows ? Math.min(rows, kept - rows) : rows
    const gradient = tape.tensor(last * features, 'float32', 'mm')
    tape.free(...before)
    tape.free(tape.tensor(last * features, dtype, '_to_copy'))
    tape.free(logits, states, gradient)
  }
  tape.free(losses, ...cast)
}

/** A power of two at or below as many tokens that their logits are as large as all hidden states (`fused_linear_rows`). */
function rowsOfChunk(tokens: number, features: number, vocabulary: number): number {
  const least = Math.min(Math.max(powerBelow(LEAST_LOGITS / vocabulary), 512), MOST_ROWS)
  const wanted = Math.min(Math.max(powerBelow((tokens * features) / vocabulary), least), MOST_ROWS)
  const most = Math.max(Math.floor(MOST_BYTES / (vocabulary * DTYPE_BYTES.float32)), 2)
  return Math.max(Math.min(wanted, most, tokens), 1)
}

function powerBelow(value: number): number {
  return value < 1 ? 0 : 2 ** Math.floor(Math.log2(value))
}

/**
 * A trained head (`UnslothFusedLoss` in `fused_losses/cross_entropy_loss.py`): each chunk makes its logits, over which their gradient is
 * written, and a gradient of the whole head, which is added to the sum.
 */
function trainedHead({ layers: { ops, tokens }, weight, features, dtype }: Chunk, { vocabulary }: Head): void {
  const { tape } = ops
  const fixed = tokens * features * DTYPE_BYTES[dtype] + 2 * weight.elements * DTYPE_BYTES[weight.dtype]
  const rows = rowsOfTrained(tokens, vocabulary, fixed)
  const logits = tape.tensor(rows * vocabulary, dtype, 'mm')
  const states = tape.tensor(rows * features, dtype, 'mm')
  const forHead = tape.tensor(weight.elements, dtype, 'mm')
  tape.free(logits, states, forHead)
}

/** Bytes that a logit takes in a chunk at most, and those that a chunk may take (`_CE_BYTES_PER_LOGIT`, `_CE_TARGET_GB_CAP`). */
const BYTES_OF_LOGIT = 16
const CHUNK_BYTES = 4 * 2 ** 30

/**
 * The tokens of a chunk (`get_chunk_size`): chunks are a multiple of four, or one. With less than 8 GiB of free memory when training
 * begins, they are smaller.
 *
 * @param fixed - bytes that no number of chunks makes smaller
 */
function rowsOfTrained(tokens: number, vocabulary: number, fixed: number): number {
  const room = fixed < CHUNK_BYTES ? CHUNK_BYTES - fixed : CHUNK_BYTES
  const exact = (tokens * vocabulary * BYTES_OF_LOGIT) / room
  return exact <= 1 ? tokens : Math.ceil(tokens / (4 * Math.ceil(exact / 4)))
}
