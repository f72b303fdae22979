import type { ConfigReader } from '../config-reader.js'
import {
  activated,
  attended,
  type Count,
  call,
  give,
  make,
  normed,
  plus,
  project,
  type Step,
  type Steps,
  set,
  type Value,
} from '../program/index.js'

/** A parameter of one element, through a tanh. */
export const gate = (name: string): Value => activated('tanh', { op: 'parameter', name })

/** `_prepare_cross_attention_mask`: from tiles to their vectors in integers, to numbers, and which tokens see none. */
export function crossMask(pairs: Count): Steps {
  return [
    set('wide', make(pairs, 'int64')),
    set('inverted', { op: 'own', of: make(pairs, 'float32') }),
    set('places', make(pairs, 'bool')),
    set('mask', make(pairs, 'model')),
    ...['places', 'wide'].map((drop): Step => ({ drop })),
    set('seesAny', make(pairs, 'bool')),
    { drop: 'seesAny' },
    set('rows', make(['batch', 'sequence'], 'model')),
    { drop: 'inverted' },
  ]
}

/** `MllamaCrossAttentionDecoderLayer`: tokens attend to the images of their sequence. */
export function crossingLayer(text: ConfigReader, keys: number): Steps {
  const heads = text.positive('num_attention_heads', 32)
  const hiddenSize = text.positive('hidden_size', 4096)
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('query', normed('rmsNorm', 'q_norm', 'query')),
    set('key', project('k_proj', 'states')),
    set('value', project('v_proj', 'states')),
    set('key', normed('rmsNorm', 'k_norm', 'key')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        kvHeads: text.positive('num_key_value_heads', 8),
        headDim: Math.floor(hiddenSize / heads),
        keys: [keys],
        mask: 'mask',
        isMaskForAll: true,
        alignsMask: true,
        caches: true,
        returnsWeights: 'layer',
      }),
    ),
    set('out', project('o_proj', 'out')),
    give('out'),
  ]
  const gated = plus('residual', { op: 'multiply', of: [gate('cross_attn_attn_gate'), 'hidden'] })
  const feedForward: Steps = [
    give(
      project('down_proj', {
        op: 'multiply',
        of: [activated(text.string('hidden_act', 'silu'), project('gate_proj', 'x')), project('up_proj', 'x')],
      }),
    ),
  ]
  return [
    set('residual', 'hidden'),
    set('hidden', normed('rmsNorm', 'input_layernorm', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', states: 'states', mask: 'mask' }, 'cross_attn')),
    set('hidden', gated),
    set('residual', 'hidden'),
    set('hidden', normed('rmsNorm', 'post_attention_layernorm', 'hidden')),
    set('hidden', call(feedForward, { x: 'hidden' }, 'mlp')),
    set('hidden', { op: 'scale', of: 'hidden', by: 'rows' }),
    set('hidden', plus('residual', { op: 'multiply', of: [gate('cross_attn_mlp_gate'), 'hidden'] })),
    give('hidden'),
  ]
}
