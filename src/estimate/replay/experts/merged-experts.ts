import { withTargets } from '../adapters/targeted-parameters.js'
import type { Arrays } from '../arrays/arrays.js'
import type { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { softmax } from '../attention/softmax.js'
import type { DecoderRun } from '../decoder-run.js'
import { activate } from '../feed-forward/activations.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { inTurn, onAllTokens } from './in-turn.js'
import { divided, largest, writtenIntoZeros } from './router-operations.js'
import type { Choice } from './routes.js'

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
  run.routers?.keep(logits, choice)
  const { scores, held } = route(run, logits, input, choice)
  const scored = { ...choice, input: tokens, scores }
  const output = withTargets(layers, `${block.name}.experts`, () =>
    options.cache
      ? onAllTokens(layers, scored, (a, f, hidden) => allExperts(run, a, f, block, hidden))
      : inTurn(layers, { ...scored, columns: choice.experts }, (a, f, own) => expert(run, a, f, block, own)),
  )
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
  const scores = writtenIntoZeros(layers, weights, indices, logits)
  return { scores, held: [indices, weights] }
}

/** One expert on its rows. */
function expert(run: DecoderRun, a: Arrays, f: Names, block: Named, own: Shaped): Shaped {
  const [rows = 1, features = 1] = own.layout.shape
  const matrix = part(a, block, 'gate_up_proj')
  const ffnSize = (matrix.layout.shape[1] ?? 2) / 2
  const product = a.mm(own, matrix)
  const both = f.let(
    'gate up',
    a.plain(product, [1, rows, 2 * ffnSize], (tensor) => a.layers.ops.contiguous(tensor)),
  )
  const inner = f.let('gated', gated(run, a, f, both))
  const down = part(a, block, 'down_proj')
  const out = f.let('out', a.batched(inner, a.reshape(down, [1, ffnSize, features])))
  return a.select(out, 0)
}

/** `up * act(gate)` of experts, each with its rows. */
function gated(run: DecoderRun, a: Arrays, f: Names, both: Shaped): Shaped {
  const [experts = 1, rows = 1, width = 2] = both.layout.shape
  const [gate = both, up = both] = a.split(both, [width / 2, width / 2])
  f.let('gate', gate)
  f.let('up', up)
  const opened = a.plain(f.get('gate'), [experts, rows, width / 2], (tensor) => activate(run, tensor))
  return a.mul(f.get('up'), opened)
}

/** A copy of the part of a parameter that belongs to one expert. */
function part(a: Arrays, block: Named, name: string): Shaped {
  const { ops } = a.layers
  const whole = a.parameter(`${block.name}.experts.${name}`)
  if (whole.grad) whole.grad.addsInPlace = true
  const [, rows = 1, columns = 1] = whole.layout.shape
  return a.plain(whole, [rows, columns], (tensor) => {
    const place = ops.tape.tensor(1, 'int64', 'input')
    const made = ops.index(tensor, rows * columns, place)
    ops.tape.free(place)
    return made
  })
}

/** All experts on all tokens. */
function allExperts(run: DecoderRun, a: Arrays, f: Names, block: Named, hidden: Shaped): Shaped {
  const parameter = (name: string) => a.parameter(`${block.name}.experts.${name}`)
  const both = f.let('gate up', a.batched(hidden, parameter('gate_up_proj')))
  return a.batched(gated(run, a, f, both), parameter('down_proj'))
}
