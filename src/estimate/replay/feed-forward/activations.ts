import type { DecoderRun } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { xielu } from './learned-activation.js'

/**
 * The activation function of a feed-forward network. The caller keeps the input.
 *
 * @param learned - its module, if it has parameters
 */
export function activate({ layers, forward }: DecoderRun, input: Tensor, learned?: Named): Tensor {
  if (learned) return xielu(layers, learned.name, input)
  return activation(layers, forward.feedForward.activation, input)
}

/** An activation function by its name. The caller keeps the input. */
export function activation(layers: Layers, name: string, input: Tensor): Tensor {
  const writtenOut = Object.hasOwn(WRITTEN_OUT, name) ? WRITTEN_OUT[name] : undefined
  if (writtenOut) return writtenOut(layers, input)
  return layers.ops.elementwise(input, name, KEEPING_OUTPUT.has(name) ? 'output' : 'input')
}

/** What an activation function in one kernel saves; undefined for one in several. */
export function savesOf(name: string): 'input' | 'output' | undefined {
  return Object.hasOwn(WRITTEN_OUT, name) ? undefined : KEEPING_OUTPUT.has(name) ? 'output' : 'input'
}

/** Whether an activation function is known. Unknown ones are estimated as one kernel that saves its input. */
export function isActivationKnown(name: string): boolean {
  return Object.hasOwn(WRITTEN_OUT, name) || KEEPING_OUTPUT.has(name) || KEEPING_INPUT.has(name) || name === LEARNED
}

/** The function that has parameters, in a module of its own. */
const LEARNED = 'xielu'

/** The names in transformers' `ACT2FN` that are one kernel (`activations.py`): those that save their input, or their output. */
const KEEPING_INPUT: ReadonlySet<string> = new Set([
  'gelu',
  'gelu_pytorch_tanh',
  'leaky_relu',
  'mish',
  'relu6',
  'silu',
  'swish',
])
const KEEPING_OUTPUT: ReadonlySet<string> = new Set(['relu', 'sigmoid', 'tanh'])

/** Functions that consist of several operations, and BLOOM's own function, whose backward does. */
const WRITTEN_OUT: Readonly<Record<string, (layers: Layers, input: Tensor) => Tensor>> = {
  bloom_gelu: bloomGelu,
  gelu_10: clippedGelu,
  gelu_accurate: geluNew,
  gelu_fast: geluFast,
  gelu_new: geluNew,
  gelu_python: geluByError,
  gelu_python_tanh: geluNew,
  laplace,
  linear: ({ ops }, input) => ops.tape.alias(input),
  quick_gelu: quickGelu,
  relu2: squaredRelu,
}

/**
 * `0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))`, as separate operations in GPT-2's code. Autocast computes the
 * power, and everything that depends on it, in float32.
 */
function geluNew(layers: Layers, input: Tensor): Tensor {
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
  return raised(layers, half, bent)
}

/**
 * `x * 0.5 * (1.0 + tanh(0.79788456 * x * (1 + 0.044715 * x * x)))` in BLOOM's own function, which saves its input alone. Its backward
 * computes the derivative step by step (`bloom_gelu_back`), with five of its steps at a time.
 */
function bloomGelu({ ops }: Layers, input: Tensor): Tensor {
  const { tape } = ops
  const make = () => tape.tensor(input.elements, input.dtype, 'mul')
  return tape.record(
    [input],
    { before: [input] },
    () => {
      const steps = [make(), make(), make(), make()]
      tape.free(...steps)
      return make()
    },
    () => {
      const made = () => ops.gradient(input.elements, input.dtype, 'mul')
      const steps = [made(), made(), made(), made(), made()]
      for (const step of steps.slice(2)) tape.ledger.release(step)
      const product = made()
      for (const step of steps.slice(0, 2)) tape.ledger.release(step)
      return [product]
    },
  )
}

/** `0.5 * x * (1 + tanh(x * 0.7978845608 * (1 + 0.044715 * x * x)))`. */
function geluFast(layers: Layers, input: Tensor): Tensor {
  const { ops } = layers
  const { tape } = ops
  const half = ops.scale(input)
  const straight = ops.scale(input)
  const small = ops.scale(input)
  const square = ops.mul(small, input)
  tape.free(small)
  const shifted = ops.shift(square)
  tape.free(square)
  const angle = ops.mul(straight, shifted)
  tape.free(straight, shifted)
  const bent = ops.elementwise(angle, 'tanh', 'output')
  tape.free(angle)
  return raised(layers, half, bent)
}

/** `x * 0.5 * (1 + erf(x / sqrt(2)))`. */
function geluByError(layers: Layers, input: Tensor): Tensor {
  const { ops } = layers
  const half = ops.scale(input)
  const scaled = ops.scale(input)
  const bent = ops.errorFunction(scaled)
  ops.tape.free(scaled)
  return raised(layers, half, bent)
}

/** `half * (1 + bent)`: the last step of GELUs in separate operations. Frees both. */
function raised({ ops }: Layers, half: Tensor, bent: Tensor): Tensor {
  const shifted = ops.shift(bent)
  ops.tape.free(bent)
  const output = ops.mul(half, shifted)
  ops.tape.free(half, shifted)
  return output
}

/** `x * sigmoid(1.702 * x)`. */
function quickGelu({ ops }: Layers, input: Tensor): Tensor {
  const scaled = ops.scale(input)
  const share = ops.elementwise(scaled, 'sigmoid', 'output')
  ops.tape.free(scaled)
  const output = ops.mul(input, share)
  ops.tape.free(share)
  return output
}

function clippedGelu({ ops }: Layers, input: Tensor): Tensor {
  const whole = ops.elementwise(input, 'gelu')
  const output = ops.clamp(whole)
  ops.tape.free(whole)
  return output
}

/** `0.5 * (1 + erf((x - mu) / (sigma * sqrt(2))))`. */
function laplace({ ops }: Layers, input: Tensor): Tensor {
  const { tape } = ops
  const moved = ops.shift(input)
  const scaled = ops.scale(moved)
  tape.free(moved)
  const bent = ops.errorFunction(scaled)
  const shifted = ops.shift(bent)
  tape.free(bent)
  const output = ops.scale(shifted)
  tape.free(shifted, scaled)
  return output
}

/** Autocast computes the square, a power, in float32. */
function squaredRelu(layers: Layers, input: Tensor): Tensor {
  const { ops } = layers
  const positive = ops.elementwise(input, 'relu', 'output')
  const base = layers.castForAutocast(positive, 'float32')
  const output = ops.pow(base)
  ops.tape.free(base, positive)
  return output
}
