import type { ProbingAttention } from '../../../../architecture/index.js'
import { isContiguous } from '../../arrays/layout.js'
import type { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { WrittenRun } from './written-run.js'

/**
 * `multi_head_attention_forward` of `torch/nn/functional.py` (torch 2.11). In inference torch has one kernel for it, which never holds more
 * than this code.
 */
export function probingAttention(
  run: WrittenRun,
  { heads, patches, batch: count = ['batch'], isMasked = false }: ProbingAttention,
): Shaped {
  const { arrays: a, names: f, named, given } = run
  const batch = run.shape(count).reduce((product, size) => product * size, 1)
  const at = (name: string): Shaped => a.parameter(named(`attention.${name}`))
  const hidden = given('hidden', [batch, patches, -1])
  const features = hidden.layout.shape[2] ?? 1
  const sizes = [features, 2 * features]
  // The module holds the numbers of the mask, and the function a copy for each head.
  if (isMasked) f.let('padding', a.make([batch, patches], hidden.dtype, 'zeros_like'))
  f.let('probe', a.repeat(a.parameter(named('probe')), batch))
  const query = f.let('query', a.transpose(f.get('probe'), 0, 1))
  const [ofQuery, ofKeys] = twoNamed(f, a.split(at('in_proj_weight'), sizes, 0), 'weight')
  const [shift, shifts] = twoNamed(f, a.split(at('in_proj_bias'), sizes, 0), 'bias')
  f.let('query', affine(run, query, ofQuery, shift))
  f.let('both', affine(run, a.transpose(hidden, 0, 1), ofKeys, shifts))
  const apart = a.permute(a.reshape(f.get('both'), [patches, batch, 2, features]), [2, 0, 1, 3])
  f.let('both', a.contiguous(apart))
  const [key, value] = ['key', 'value'].map((name) =>
    f.let(name, a.transpose(a.reshape(a.select(f.get('both'), 0), [patches, batch * heads, -1]), 0, 1)),
  )
  if (!key || !value) throw new Error('there are keys and values')
  for (const name of ['both', 'weight0', 'weight1', 'bias0', 'bias1']) f.delete(name)
  f.let('query', a.transpose(a.reshape(f.get('query'), [1, batch * heads, -1]), 0, 1))
  if (isMasked) f.let('mask', a.make([batch * heads, 1, patches], hidden.dtype, 'clone'))
  f.let('scaled', a.scale(f.get('query')))
  f.let('weights', a.batched(f.get('scaled'), a.transpose(key, 1, 2)))
  f.let('weights', a.softmax(a.layers.autocast ? a.to(f.get('weights'), 'float32') : f.get('weights')))
  f.let('out', a.batched(f.get('weights'), value))
  f.let('out', a.reshape(a.contiguous(a.transpose(f.get('out'), 0, 1)), [batch, features]))
  const weight = at('out_proj.weight')
  if (weight.storedAs)
    throw new UndescribedBlock(
      `torch's MultiheadAttention reads the weight of ${named('attention.out_proj')} itself, which does not work with packed weights: pass \`quantization: 'none'\``,
    )
  f.let('out', affine(run, f.get('out'), weight, at('out_proj.bias')))
  // The mean of the weights over the heads, which nothing uses.
  f.let('mean', a.make([batch, 1, patches], f.get('weights').dtype, 'mean'))
  return f.returned(a.reshape(f.get('out'), [batch, 1, features]))
}

/** Two names for two parts of a parameter. */
function twoNamed(names: Names, parts: readonly Shaped[], name: string): [Shaped, Shaped] {
  const [first, second] = parts.map((part, index) => names.let(`${name}${index}`, part))
  if (!first || !second) throw new Error('a parameter has two parts')
  return [first, second]
}

/** `F.linear` with parts of parameters, of which autocast keeps no copies. */
export function affine({ arrays: a }: WrittenRun, input: Shaped, weight: Shaped, bias: Shaped): Shaped {
  const { autocast, half } = a.layers
  const cast = (one: Shaped): Shaped => (autocast ? a.to(one, half) : one)
  const vector = cast(bias)
  const matrix = a.transpose(cast(weight), 0, 1)
  const data = cast(input)
  const { shape } = data.layout
  const rows = shape.slice(0, -1)
  const flat = a.reshape(data, [rows.reduce((product, size) => product * size, 1), shape.at(-1) ?? 1])
  const columns = bias.elements
  // Rows that are not in the order of memory are copied, and the bias is added afterwards.
  const out = isContiguous(data.layout) ? a.addmm(flat, matrix, vector) : a.addInPlace(a.mm(flat, matrix), vector)
  return a.reshape(out, [...rows, columns])
}
