import { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { softmax } from '../attention/softmax.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Gap } from '../folding/folded-layers.js'
import { OmittedLayers } from '../folding/omitted-layers.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { rowsOf } from './expert-dispatch.js'
import { largest } from './router-operations.js'
import type { Choice } from './routes.js'

/**
 * The mixture of gpt-oss (`GptOssMLP` of `modeling_gpt_oss.py`, transformers 4.57.6): in training, one expert after the other takes its
 * slices of the parameters, whose gradients are as large as the parameters. Without gradients, all experts compute all tokens. The caller
 * keeps the input.
 */
export function slicedExperts(run: DecoderRun, block: Named, input: Tensor, choice: Choice): Tensor {
  const { layers, options, attentionWeights } = run
  const { tape } = layers.ops
  const { scores, indices } = route(run, block, input, choice)
  const output = options.cache
    ? allAtOnce(run, block, input, scores, choice)
    : oneByOne(run, block, input, scores, choice)
  tape.free(indices)
  // The layer binds the scores to the name of the attention weights.
  tape.free(...attentionWeights.splice(0))
  attentionWeights.push(scores)
  return output
}

/** A softmax of the largest logits, written into zeros. */
function route({ layers }: DecoderRun, block: Named, input: Tensor, { experts, chosen }: Choice) {
  const { ops } = layers
  const { tape } = ops
  const logits = layers.linear(`${block.name}.router`, input, experts)
  const { values, indices } = largest(layers, logits, chosen)
  const shares = softmax(layers, values, values.dtype)
  tape.free(values)
  const zeros = tape.tensor(logits.elements, logits.dtype, 'zeros_like')
  const scores = tape.record(
    [shares],
    { before: [indices] },
    () => ({ ...tape.alias(zeros) }),
    () => [ops.gradient(shares.elements, shares.dtype, 'gather')],
  )
  tape.free(shares, zeros, logits)
  return { scores, indices }
}

function oneByOne(run: DecoderRun, block: Named, input: Tensor, scores: Tensor, { experts, chosen }: Choice): Tensor {
  const { layers } = run
  const { ops, tokens } = layers
  const { tape } = ops
  const a = new Arrays(layers)
  const f = new Names(tape)
  const hidden = a.borrowed(input, [tokens, input.elements / tokens])
  const weights = a.borrowed(scores, [tokens, experts])
  let result = tape.tensor(input.elements, input.dtype, 'zeros_like')
  // Tokens without an expert are a class of their own.
  f.let('mask', a.make([tokens * chosen * (experts + 1)], 'int64', '_to_copy'))
  const { turns, gaps } = foldedTurns(rowsOf(tokens, { experts, chosen }), tape.folds)
  const folded = new OmittedLayers(tape, gaps)
  for (const [turn, rows] of turns) {
    folded.before()
    const places = f.let('places', a.make([2 * rows], 'int64', 'where'))
    const picked = (from: Shaped, features: number) =>
      a.plain(from, [rows, features], (tensor) => ops.index(tensor, rows * features, places))
    const own = f.let('own', picked(hidden, hidden.layout.shape[1] ?? 1))
    const both = f.let('gate up', projected(a, block, 'gate_up_proj', own))
    f.let('gate', a.everySecond(both))
    f.let('up', a.everySecond(both))
    f.let('gate', a.clamp(f.get('gate'), ['le']))
    f.let('up', a.clamp(f.get('up')))
    const opened = f.let('glu', a.mul(f.get('gate'), a.sigmoid(a.scale(f.get('gate')))))
    const product = f.let('gated', a.mul(a.shift(f.get('up')), opened))
    const made = f.let('out', projected(a, block, 'down_proj', product))
    const share = picked(a.unsqueeze(a.select(weights, 1), -1), 1)
    const weighted = f.let('weighted', a.mul(made, share))
    const narrow = ops.to(weighted, result.dtype)
    const next = ops.indexAdd(result, narrow, places)
    tape.free(narrow, result)
    result = next
    folded.behind(turn)
  }
  f.free()
  return result
}

/** Experts that are replayed at the beginning and at the end of those with as many rows. */
const LEAD = 3
const TAIL = 2

/** The experts that are replayed, with their rows: like identical layers, most of those with as many rows are not (see `foldLayers`). */
export function foldedTurns(rows: readonly number[], folds: boolean) {
  const gaps = new Map<string, Gap>()
  const turns: [turn: string, rows: number][] = []
  for (const size of new Set(rows)) {
    const first = rows.indexOf(size)
    const count = rows.lastIndexOf(size) - first + 1
    const left = count - LEAD - TAIL
    const isFolded = folds && left > 1
    if (isFolded) gaps.set(String(first + LEAD - 1), { period: 1, count: left })
    for (let turn = first; turn < first + count; turn += 1) {
      if (!isFolded || turn < first + LEAD || turn >= first + count - TAIL) turns.push([String(turn), size])
    }
  }
  return { turns, gaps }
}

/** The product with an expert's slice of a parameter, and the slice of its bias. */
function projected(a: Arrays, block: Named, name: string, input: Shaped): Shaped {
  const sliceOf = (parameter: string): Shaped => {
    const whole = a.parameter(`${block.name}.experts.${parameter}`)
    // On a GPU, autograd adds the gradient of a slice to that of the others in place.
    if (whole.grad?.kind === 'leaf') whole.grad.addsInPlace = true
    return a.select(whole, 0)
  }
  return a.add(a.mm(input, sliceOf(name)), sliceOf(`${name}_bias`))
}

function allAtOnce(run: DecoderRun, block: Named, input: Tensor, scores: Tensor, { experts }: Choice): Tensor {
  const { layers } = run
  const { tape } = layers.ops
  const a = new Arrays(layers)
  const f = new Names(tape)
  const { tokens } = layers
  const features = input.elements / tokens
  const hidden = f.let('hidden', a.make([experts, tokens, features], input.dtype, 'repeat'))
  const parameter = (name: string) => a.parameter(`${block.name}.experts.${name}`)
  const projection = (name: string, given: Shaped) =>
    a.add(a.matmul(given, parameter(name)), a.unsqueeze(parameter(`${name}_bias`), 1))
  const both = f.let('gate up', projection('gate_up_proj', hidden))
  f.let('gate', a.everySecond(both))
  f.let('up', a.everySecond(both))
  f.let('gate', a.clamp(f.get('gate')))
  f.let('up', a.clamp(f.get('up')))
  f.let('glu', a.mul(f.get('gate'), a.sigmoid(a.scale(f.get('gate')))))
  const made = a.matmul(a.mul(a.shift(f.get('up')), f.get('glu')), parameter('down_proj'))
  f.let('next', made)
  f.let('next', a.add(f.get('next'), a.unsqueeze(parameter('down_proj_bias'), 1)))
  const shares = a.unsqueeze(a.transpose(a.borrowed(scores, [tokens, experts]), 0, 1), -1)
  f.let('next', a.mul(f.get('next'), shares))
  return f.returned(f.let('next', a.sum(f.get('next'), [0])))
}

/** Whether a mixture is of this kind: all experts in one tensor, with biases. */
export function isSliced(block: Named): boolean {
  return 'gate_up_proj_bias' in (child(block, 'experts')?.module.parameters ?? {})
}
