import type { DecoderRun } from './decoder.js'
import type { Tensor } from './tape.js'

/** The function between the projections of a feed-forward network. The input stays the caller's. */
export function activate(run: DecoderRun, input: Tensor): Tensor {
  const { activation } = run.traits
  if (activation === 'gelu-new') return geluNew(run, input)
  if (activation === 'relu2') return squaredRelu(run, input)
  if (activation === 'bloom') return run.layers.ops.elementwise(input, 'gelu')
  return run.layers.ops.elementwise(input, activation, activation === 'relu' ? 'output' : 'input')
}

/**
 * `0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))`, as GPT-2's code writes it out. Autocast takes powers in
 * float32, and all that follows from it.
 */
function geluNew({ layers }: DecoderRun, input: Tensor): Tensor {
  const { ops } = layers
  const { tape } = ops
  const half = ops.scale(input)
  const base = layers.autocast ? ops.to(input, 'float32') : tape.alias(input)
  const cube = ops.pow(base)
  tape.free(base)
  const small = ops.scale(cube)
  tape.free(cube)
  const sum = ops.add(input, small)
  tape.free(small)
  const scaled = ops.scale(sum)
  tape.free(sum)
  const bent = ops.elementwise(scaled, 'tanh', 'output')
  tape.free(scaled)
  const raised = ops.shift(bent)
  tape.free(bent)
  const output = ops.mul(half, raised)
  tape.free(half, raised)
  return output
}

function squaredRelu({ layers }: DecoderRun, input: Tensor): Tensor {
  const { ops } = layers
  const positive = ops.elementwise(input, 'relu', 'output')
  const output = ops.pow(positive)
  ops.tape.free(positive)
  return output
}
