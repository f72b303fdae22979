import type { DecoderPass } from '../decoder-pass.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { logitsOf } from './logits.js'
import { entropy } from './loss.js'

/** Tokens in a chunk (`lm_head_chunk_size` in litgpt's `finetune/lora.py`, and the default of `chunked_cross_entropy`). */
const CHUNK = 128

/** The float32 logits that a loop holds. */
export interface HeldChunks {
  /** Receives those of this micro-batch. */
  readonly outputs: Tensor[]
  /** Those of the micro-batch before, which live until these replace them. */
  readonly before: Tensor
}

/**
 * The loss of litgpt 0.5.13, a cross entropy for each chunk of 128 tokens (`chunked_cross_entropy` in `utils.py`). Fabric casts what the model
 * returns to float32 (`convert_output`), and the loop holds it during backward. So all logits exist, and their log-softmax too: only
 * their gradients are made chunk by chunk. Frees the hidden states.
 *
 * For adapters the model returns the logits of 128 tokens of each sequence at a time (`finetune/lora.py`), for weights all of them
 * (`finetune/full.py`).
 */
export function lossOfChunks(pass: DecoderPass, head: Named, states: Tensor, held: HeldChunks): Tensor {
  const isHeadTrained = pass.layers.weights.get(`${head.name}.weight`).grad !== undefined
  const chunks = isHeadTrained ? chunksOfLogits(pass, head, states, held) : chunksOfHead(pass, head, states, held)
  const losses = chunks.map((one) => entropy(pass.layers, one))
  pass.layers.ops.tape.free(...chunks)
  return summed(pass, losses)
}

/** The logits that the model returns in chunks, without those of the last token of each sequence, which has no label. */
function chunksOfHead(pass: DecoderPass, head: Named, states: Tensor, { outputs, before }: HeldChunks): Tensor[] {
  const { layers, options, sizes } = pass
  const { batch, sequence } = options
  const { ops } = layers
  const { tape } = ops
  const tokens = chunkSizes(sequence)
  const features = states.elements / layers.tokens
  const parts = ops.split(
    states,
    tokens.map((count) => batch * count * features),
  )
  const logits = parts.map((part) => logitsOf(pass, head, part))
  tape.free(...parts, states)
  const wide = logits.map((one) => ops.to(one, 'float32'))
  tape.free(...logits, before)
  for (const one of wide) outputs.push(tape.alias(one))
  const last = wide.pop()
  if (last) {
    const labelled = Math.max((tokens.at(-1) ?? 1) - 1, 1)
    wide.push(reshaped(pass, last, batch * labelled * sizes.vocabSize))
    tape.free(last)
  }
  return wide
}

/** The parts of all logits, without those of the last token of each sequence. */
function chunksOfLogits(pass: DecoderPass, head: Named, states: Tensor, { outputs, before }: HeldChunks): Tensor[] {
  const { layers, options, sizes } = pass
  const { ops } = layers
  const { tape } = ops
  const logits = logitsOf(pass, head, states)
  tape.free(states)
  const wide = ops.to(logits, 'float32')
  tape.free(logits, before)
  outputs.push(tape.alias(wide))
  const labelled = options.batch * Math.max(options.sequence - 1, 1)
  const rows = reshaped(pass, wide, labelled * sizes.vocabSize)
  const chunks = ops.split(
    rows,
    chunkSizes(labelled).map((count) => count * sizes.vocabSize),
  )
  tape.free(wide, rows)
  return chunks
}

/** How many tokens each chunk has. */
function chunkSizes(tokens: number): number[] {
  return Array.from({ length: Math.ceil(tokens / CHUNK) }, (_, i) => Math.min(CHUNK, tokens - i * CHUNK))
}

/** The first tokens of each sequence, one row each: a copy of those of several sequences, and a view of those of one. */
function reshaped({ layers: { ops }, options }: DecoderPass, whole: Tensor, elements: number): Tensor {
  const part = ops.slice(whole, elements)
  if (options.batch === 1) return part
  const copy = ops.contiguous(part)
  ops.tape.free(part)
  return copy
}

/** The sum of numbers. Frees them. */
function summed({ layers: { ops } }: DecoderPass, [first, ...others]: readonly Tensor[]): Tensor {
  let sum = first ?? ops.tape.tensor(1, 'float32', 'zeros')
  for (const one of others) {
    const next = ops.add(sum, one)
    ops.tape.free(sum, one)
    sum = next
  }
  return sum
}
