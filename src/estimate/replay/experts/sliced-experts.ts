import { withTargets } from '../adapters/targeted-parameters.js'
import type { Arrays } from '../arrays/arrays.js'
import type { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { softmax } from '../attention/softmax.js'
import type { DecoderRun } from '../decoder-run.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { inTurn, onAllTokens } from './in-turn.js'
import { largest, writtenIntoZeros } from './router-operations.js'
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
  // The model takes these for the logits.
  run.routers?.keep(scores, choice)
  const scored = { ...choice, input, scores }
  // Tokens without an expert are a class of their own in the mask.
  const output = withTargets(layers, `${block.name}.experts`, () =>
    options.cache
      ? onAllTokens(layers, scored, (a, f, hidden) => allExperts(a, f, block, hidden))
      : inTurn(layers, { ...scored, columns: choice.experts + 1 }, (a, f, own) => expert(a, f, block, own)),
  )
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
  const scores = writtenIntoZeros(layers, shares, indices, logits)
  tape.free(shares, logits)
  return { scores, indices }
}

/** One expert on its rows. */
function expert(a: Arrays, f: Names, block: Named, own: Shaped): Shaped {
  const both = f.let('gate up', projected(a, block, 'gate_up_proj', own))
  f.let('gate', a.everySecond(both))
  f.let('up', a.everySecond(both))
  f.let('gate', a.clamp(f.get('gate'), ['le']))
  f.let('up', a.clamp(f.get('up')))
  const opened = f.let('glu', a.mul(f.get('gate'), a.sigmoid(a.scale(f.get('gate')))))
  const product = f.let('gated', a.mul(a.shift(f.get('up')), opened))
  return f.let('out', projected(a, block, 'down_proj', product))
}

/** The product with an expert's slice of a parameter, and the slice of its bias. */
function projected(a: Arrays, block: Named, name: string, input: Shaped): Shaped {
  const sliceOf = (parameter: string): Shaped => {
    const whole = a.parameter(`${block.name}.experts.${parameter}`)
    // On a GPU, autograd adds the gradient of a slice to that of the others in place.
    if (whole.grad) whole.grad.addsInPlace = true
    return a.select(whole, 0)
  }
  return a.add(a.mm(input, sliceOf(name)), sliceOf(`${name}_bias`))
}

/** All experts on all tokens. */
function allExperts(a: Arrays, f: Names, block: Named, hidden: Shaped): Shaped {
  const parameter = (name: string) => a.parameter(`${block.name}.experts.${name}`)
  const projection = (name: string, given: Shaped) =>
    a.add(a.matmul(given, parameter(name)), a.unsqueeze(parameter(`${name}_bias`), 1))
  const both = f.let('gate up', projection('gate_up_proj', hidden))
  f.let('gate', a.everySecond(both))
  f.let('up', a.everySecond(both))
  f.let('gate', a.clamp(f.get('gate')))
  f.let('up', a.clamp(f.get('up')))
  f.let('glu', a.mul(f.get('gate'), a.sigmoid(a.scale(f.get('gate')))))
  f.let('next', a.matmul(a.mul(a.shift(f.get('up')), f.get('glu')), parameter('down_proj')))
  return a.add(f.get('next'), a.unsqueeze(parameter('down_proj_bias'), 1))
}

/** Whether a mixture is of this kind: all experts in one tensor, with biases. */
export function isSliced(block: Named): boolean {
  return 'gate_up_proj_bias' in (child(block, 'experts')?.module.parameters ?? {})
}
