import type { DecoderPass } from '../decoder-pass.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'

/** The logits of hidden states, in the form that the model's code gives them. The caller keeps the hidden states. */
export function logitsOf({ layers, forward, sizes }: DecoderPass, head: Named, hidden: Tensor): Tensor {
  const { ops } = layers
  const replaced = (old: Tensor, made: Tensor): Tensor => {
    ops.tape.free(old)
    return made
  }
  const { form } = forward.logits
  const given = form === 'float32' ? ops.to(hidden, layers.weights.get(`${head.name}.weight`).dtype) : hidden
  const logits = layers.linear(head.name, given, sizes.vocabSize)
  if (form === 'float32') {
    ops.tape.free(given)
    return replaced(logits, ops.to(logits, 'float32'))
  }
  if (form === 'plain' || form === 'ofScaledStates') return logits
  const wide = form === 'cappedInFloat32' ? replaced(logits, ops.to(logits, 'float32')) : logits
  const divided = replaced(wide, ops.scale(wide))
  if (form === 'scaled') return divided
  const bent = replaced(divided, ops.elementwise(divided, 'tanh', 'output'))
  return replaced(bent, ops.scale(bent))
}

/** What the head reads: the hidden states of all tokens, which MiniCPM multiplies by a number. The caller keeps them. */
export function statesForHead({ layers: { ops }, forward }: DecoderPass, hidden: Tensor): Tensor {
  return forward.logits.form === 'ofScaledStates' ? ops.scale(hidden) : ops.tape.alias(hidden)
}
