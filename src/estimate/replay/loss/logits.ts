import { GroupedArrays } from '../arrays/grouped-arrays.js'
import type { DecoderPass } from '../decoder-pass.js'
import type { Layers } from '../layers.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'

/** The logits of hidden states, in the form that the model's code gives them. The caller keeps the hidden states. */
export function logitsOf({ layers, forward, sizes, options }: DecoderPass, head: Named, hidden: Tensor): Tensor {
  const { ops } = layers
  const replaced = (old: Tensor, made: Tensor): Tensor => {
    ops.tape.free(old)
    return made
  }
  const { form } = forward.logits
  const isWide = form === 'float32' || form === 'float32OfScaledStates'
  const whole = form === 'float32OfScaledStates' ? ops.scale(hidden) : ops.tape.alias(hidden)
  const given = isWide ? ops.to(whole, layers.weights.get(`${head.name}.weight`).dtype) : ops.tape.alias(whole)
  ops.tape.free(whole)
  const made =
    forward.logits.normalisesHead && !options.cache
      ? ofNormalised(layers, head.name, given, sizes.vocabSize)
      : layers.linear(head.name, given, sizes.vocabSize)
  const isTurned = forward.logits.turns && options.batch > 1 && made.elements > options.batch * sizes.vocabSize
  const logits = isTurned ? replaced(made, ops.contiguous(made)) : made
  ops.tape.free(given)
  if (isWide) {
    return replaced(logits, ops.to(logits, 'float32'))
  }
  if (form === 'plain' || form === 'ofScaledStates') return logits
  const wide = form === 'cappedInFloat32' ? replaced(logits, ops.to(logits, 'float32')) : logits
  const divided = replaced(wide, ops.scale(wide))
  if (form === 'scaled') return divided
  const bent = replaced(divided, ops.elementwise(divided, 'tanh', 'output'))
  return replaced(bent, ops.scale(bent))
}

/**
 * What the head reads: the hidden states of all tokens, which MiniCPM 3 multiplies by a number, and MiniCPM in the expression of the head. The
 * caller keeps them.
 */
export function statesForHead({ layers: { ops }, forward }: DecoderPass, hidden: Tensor): Tensor {
  const { form } = forward.logits
  return form === 'ofScaledStates' ? ops.scale(hidden) : ops.tape.alias(hidden)
}

/** The product with an output embedding whose rows are normalised first (`NormHead` of Baichuan 2). The caller keeps the input. */
function ofNormalised(layers: Layers, name: string, input: Tensor, vocabulary: number): Tensor {
  const a = new GroupedArrays(layers)
  const weight = a.parameter(`${name}.weight`)
  const unit = a.divide(weight, a.clamp(a.vectorNorm(weight), ['ge']))
  const matrix = layers.autocast ? a.to(unit, layers.half) : unit
  const given = layers.autocast ? layers.ops.to(input, layers.half) : a.tape.alias(input)
  const product = layers.product(given, matrix, vocabulary, false)
  a.done(matrix)
  a.tape.free(given)
  return product
}
