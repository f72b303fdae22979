import { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { softmax } from '../attention/softmax.js'
import type { DecoderRun } from '../decoder-run.js'
import { activate } from '../feed-forward/activations.js'
import { OmittedLayers } from '../folding/omitted-layers.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { rowsOf } from './expert-dispatch.js'
import { divided, largest } from './router-operations.js'
import type { Choice } from './routes.js'
import { foldedTurns } from './sliced-experts.js'

/**
 * The mixture of Qwen3-VL (`Qwen3VLMoeTextSparseMoeBlock` of `modeling_qwen3_vl_moe.py`, transformers 4.57.6): in training, one expert after
 * the other takes a copy of its part of each parameter, whose gradients are as large as the parameters. Without gradients, all experts
 * compute all tokens. The caller keeps the input.
 */
export function mergedExperts(run: DecoderRun, block: Named, input: Tensor, choice: Choice): Tensor {
  const { layers, options, attentionWeights } = run
  const { ops } = layers
  const { tape } = ops
  const tokens = ops.view(input)
  const logits = layers.linear(`${block.name}.gate`, tokens, choice.experts)
  const { scores, held } = route(run, logits, input, choice)
  const output = options.cache
    ? allAtOnce(run, block, tokens, scores, choice)
    : oneByOne(run, block, tokens, scores, choice)
  tape.free(scores, tokens, ...held)
  attentionWeights.push(logits)
  return output
}

/** The largest shares of a softmax in float32, divided by their sum, written into zeros. */
function route({ layers }: DecoderRun, logits: Tensor, input: Tensor, { chosen }: Choice) {
  const { ops, tokens } = layers
  const { tape } = ops
  const wide = softmax(layers, logits, 'float32')
  const { values, indices } = largest(layers, wide, chosen)
  tape.free(wide)
  const sum = ops.mean(values, tokens)
  const shares = divided(layers, values, sum)
  tape.free(values, sum)
  const weights = ops.to(shares, input.dtype)
  tape.free(shares)
  const zeros = tape.tensor(logits.elements, logits.dtype, 'zeros_like')
  const scores = tape.record(
    [weights],
    { before: [indices] },
    () => ({ ...tape.alias(zeros) }),
    () => [ops.gradient(weights.elements, weights.dtype, 'gather')],
  )
  tape.free(zeros)
  return { scores, held: [indices, weights] }
}

function oneByOne(run: DecoderRun, block: Named, input: Tensor, scores: Tensor, { experts, chosen }: Choice): Tensor {
  const { layers } = run
  const { ops, tokens } = layers
  const { tape } = ops
  const a = new Arrays(layers)
  const f = new Names(tape)
  const features = input.elements / tokens
  const hidden = a.borrowed(input, [tokens, features])
  const weights = a.borrowed(scores, [tokens, experts])
  let result = tape.tensor(input.elements, input.dtype, 'zeros_like')
  f.let('mask', a.make([tokens * chosen * experts], 'int64', '_to_copy'))
  const { turns, gaps } = foldedTurns(rowsOf(tokens, { experts, chosen }), tape.folds)
  const folded = new OmittedLayers(tape, gaps)
  for (const [turn, rows] of turns) {
    folded.before()
    const places = f.let('places', a.make([2 * rows], 'int64', 'where'))
    const picked = (from: Shaped, width: number) =>
      a.plain(from, [rows, width], (tensor) => ops.index(tensor, rows * width, places))
    const own = f.let('own', picked(hidden, features))
    const matrix = part(a, block, 'gate_up_proj')
    const ffnSize = (matrix.layout.shape[1] ?? 2) / 2
    const product = a.mm(own, matrix)
    const both = f.let(
      'gate up',
      a.plain(product, [1, rows, 2 * ffnSize], (tensor) => ops.contiguous(tensor)),
    )
    const [gate = both, up = both] = a.split(both, [ffnSize, ffnSize])
    f.let('gate', gate)
    f.let('up', up)
    const opened = a.plain(f.get('gate'), [1, rows, ffnSize], (tensor) => activate(run, tensor))
    const inner = f.let('gated', a.mul(f.get('up'), opened))
    const down = part(a, block, 'down_proj')
    const out = f.let('out', a.batched(inner, a.reshape(down, [1, ffnSize, features])))
    const share = picked(a.unsqueeze(a.select(weights, 1), -1), 1)
    const weighted = f.let('weighted', a.mul(a.select(out, 0), share))
    const narrow = ops.to(weighted, result.dtype)
    const next = ops.indexAdd(result, narrow, places)
    tape.free(narrow, result)
    result = next
    folded.behind(turn)
  }
  f.free()
  return result
}

/** A copy of the part of a parameter that belongs to one expert. */
function part(a: Arrays, block: Named, name: string): Shaped {
  const { ops } = a.layers
  const whole = a.parameter(`${block.name}.experts.${name}`)
  if (whole.grad?.kind === 'leaf') whole.grad.addsInPlace = true
  const [, rows = 1, columns = 1] = whole.layout.shape
  return a.plain(whole, [rows, columns], (tensor) => {
    const place = ops.tape.tensor(1, 'int64', 'input')
    const made = ops.index(tensor, rows * columns, place)
    ops.tape.free(place)
    return made
  })
}

function allAtOnce(run: DecoderRun, block: Named, input: Tensor, scores: Tensor, { experts }: Choice): Tensor {
  const { layers } = run
  const { ops, tokens } = layers
  const a = new Arrays(layers)
  const f = new Names(ops.tape)
  const features = input.elements / tokens
  const parameter = (name: string) => a.parameter(`${block.name}.experts.${name}`)
  const hidden = f.let('hidden', a.make([experts, tokens, features], input.dtype, 'repeat'))
  const both = f.let('gate up', a.batched(hidden, parameter('gate_up_proj')))
  const ffnSize = (both.layout.shape[2] ?? 2) / 2
  const [gate = both, up = both] = a.split(both, [ffnSize, ffnSize])
  f.let('gate', gate)
  f.let('up', up)
  const opened = a.plain(f.get('gate'), [experts, tokens, ffnSize], (tensor) => activate(run, tensor))
  f.let('next', a.batched(a.mul(f.get('up'), opened), parameter('down_proj')))
  const shares = a.unsqueeze(a.transpose(a.borrowed(scores, [tokens, experts]), 0, 1), -1)
  f.let('next', a.mul(f.get('next'), shares))
  return f.returned(f.let('next', a.sum(f.get('next'), [0])))
}
