import { type Architecture, type Dimensions, parameterGroups } from '../architecture/index.js'

/**
 * Checks that a forward pass is possible: no size is zero, tokens have experts, and the heads divide their inputs evenly.
 *
 * @throws RangeError with the size that is wrong
 */
export function checkSizes(model: Architecture): void {
  const { dimensions } = model
  // RWKV has neither heads nor anything that reads them.
  const isRecurrent = Object.values(model.forward?.mixers ?? {}).some(({ kind }) => kind === 'timeMix')
  const hasAttention = dimensions.mamba?.attentionLayers !== 0 && !isRecurrent
  for (const [member, field] of SIZES) {
    if (!hasAttention && OF_ATTENTION.has(member)) continue
    // An encoder of images has no words.
    if (member === 'vocabSize' && model.program) continue
    const size = dimensions[member]
    if (size !== undefined && size < 1) throw noForwardPass(`${field} is ${size}, and should be at least 1`)
  }
  const { moe } = dimensions
  if (moe && moe.experts > 0 && moe.expertsPerToken < 1)
    throw noForwardPass(
      `a token is sent to ${moe.expertsPerToken} of ${moe.experts} experts, and should be to at least 1`,
    )
  for (const mixer of Object.values(model.forward?.mixers ?? {})) {
    if (!('keyHeads' in mixer)) continue
    const { keyHeads, valueHeads } = mixer
    if (keyHeads < 1 || valueHeads % keyHeads !== 0)
      throw noForwardPass(`${valueHeads} value heads of linear attention cannot share ${keyHeads} key heads evenly`)
  }
  for (const { path, shape } of parameterGroups(model)) {
    if (!shape.includes(0)) continue
    const name = path.filter((step) => typeof step === 'string').join('.')
    // An encoder of images may have no registers.
    if (name.endsWith('register_tokens')) continue
    throw noForwardPass(`the shape of ${name} is [${shape.join(', ')}]`)
  }
  if (!hasAttention) return
  const { heads, kvHeads, hiddenSize, headDim } = dimensions
  // Latent attention has no key heads.
  if (heads % kvHeads !== 0 && !isLatent(model)) {
    throw noForwardPass(`${heads} query heads cannot share ${kvHeads} key heads evenly`)
  }
  if (headDim === undefined && hiddenSize % heads !== 0) {
    throw noForwardPass(`${heads} heads do not divide ${hiddenSize} features`)
  }
}

/** Whether keys and values come from a narrow vector of each token (multi-head latent attention). */
export function isLatent(model: Architecture): boolean {
  return [...parameterGroups(model)].some(({ path }) => path.includes('kv_b_proj'))
}

const SIZES = [
  ['hiddenSize', 'hidden_size'],
  ['heads', 'num_attention_heads'],
  ['kvHeads', 'num_key_value_heads'],
  ['headDim', 'the size of a head'],
  ['vocabSize', 'vocab_size'],
] as const satisfies readonly (readonly [keyof Dimensions, string])[]

const OF_ATTENTION: ReadonlySet<string> = new Set(['heads', 'kvHeads', 'headDim'])

function noForwardPass(why: string): RangeError {
  return new RangeError(`This model has no forward pass: ${why}`)
}
