import { softmax } from '../attention/softmax.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { gathered } from './router-operations.js'
import type { Choice, Routes } from './routes.js'

/**
 * Phi-3.5-MoE's router, which samples two experts one after the other (SparseMixer, arXiv:2409.12136). It masks scores far from
 * the best, draws one from a softmax of the rest, and has its own gradient for training.
 */
export function sampled(run: DecoderRun, block: Named, input: Tensor, { experts }: Choice): Routes {
  const { ops, tokens } = run.layers
  const { tape } = ops
  const scores = run.layers.linear(`${block.name}.gate`, input, experts)
  const first = drawn(run, scores, scores)
  const others = tape.record(
    [scores],
    { before: [first.place] },
    () => tape.tensor(scores.elements, scores.dtype, 'scatter'),
    () => [ops.gradient(scores.elements, scores.dtype, 'scatter')],
  )
  const second = drawn(run, scores, others)
  const weights = ops.cat([first.multiplier, second.multiplier])
  const indices = tape.tensor(2 * tokens, 'int64', 'cat')
  tape.free(others, first.multiplier, first.place, second.multiplier, second.place)
  return { indices, weights, held: [], logits: scores }
}

/** One expert for each token, and its weight among the unmasked experts. */
function drawn(run: DecoderRun, scores: Tensor, candidates: Tensor): { multiplier: Tensor; place: Tensor } {
  const { layers, options } = run
  const { ops, tokens } = layers
  const { tape } = ops
  const { elements, dtype } = candidates
  const mask = tape.tensor(elements, 'bool', 'gt')
  const masked = tape.record(
    [candidates],
    { before: [mask] },
    () => tape.tensor(elements, dtype, 'masked_fill'),
    () => [ops.gradient(elements, dtype, 'masked_fill')],
  )
  tape.free(mask)
  const place = tape.tensor(tokens, 'int64', 'max')
  const gates = softmax(layers, masked, dtype)
  tape.free(masked)
  const share = gathered(layers, gates, place)
  if (options.cache) {
    tape.free(gates)
    return { multiplier: share, place }
  }
  const multiplier = tape.record(
    [scores, share, gates],
    { before: [share, place, gates] },
    () => tape.tensor(tokens, share.dtype, 'mul'),
    () => [ops.gradient(scores.elements, scores.dtype, 'mul'), undefined, undefined],
  )
  tape.free(gates, share)
  return { multiplier, place }
}
