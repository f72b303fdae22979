import type { Adapter } from '../../adapters/adapter.js'
import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { isContiguous, viewed } from '../../arrays/layout.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'

/**
 * A linear layer. The rows of an input that is not contiguous, or has four dimensions, are multiplied first, and the bias is added
 * afterwards, in place (`linear` of torch 2.11, Linear.cpp).
 */
export function linearOfRows(a: GroupedArrays, name: string, input: Shaped): Shaped {
  const weight = a.parameter(`${name}.weight`)
  const adapter = a.layers.weights.adapter(name)
  const isPlain = isContiguous(input.layout) && input.layout.shape.length <= 3
  const isOther = adapter !== undefined && (adapter.kind !== 'lora' || adapter.magnitude !== undefined)
  if (isPlain || weight.storedAs || isOther) return a.linear(name, input)
  const read = { ...input, isNamed: true }
  const base = productOfRows(a, read, weight, a.parameter(`${name}.bias`))
  const output = adapter ? adapted(a, adapter, read, base) : base
  a.done(input)
  return output
}

/**
 * The same with the parameters.
 *
 * @param isOwn - whether the bias is a parameter, of which autocast keeps its copy
 */
export function productOfRows(a: GroupedArrays, given: Shaped, weight: Shaped, bias: Shaped, isOwn = true): Shaped {
  const { layers } = a
  const cast = (one: Shaped): Shaped =>
    layers.autocast ? { ...layers.castParameter(one), layout: one.layout, isNamed: false } : one
  const input = layers.autocast ? a.to(given, layers.half) : given
  const { shape } = input.layout
  const outer = shape.slice(0, -1)
  const [rows, features] = [outer.reduce((product, size) => product * size, 1), shape.at(-1) ?? 1]
  const columns = bias.elements
  const isPlain = isContiguous(input.layout) && shape.length <= 3
  const vector = isOwn ? cast(bias) : layers.autocast ? a.to(bias, layers.half) : bias
  const matrix = a.transpose(cast(weight), 0, 1)
  if (!isPlain && !isFolded(a, input, matrix)) {
    const [batch, own = 1] = [outer.slice(0, -1).reduce((product, size) => product * size, 1), outer.at(-1)]
    const each = a.expand(a.unsqueeze(matrix, 0), [batch, features, columns])
    const product = a.batched(a.reshape(input, [batch, own, features]), each)
    return a.addInPlace(a.reshape(product, [...outer, columns]), vector)
  }
  const flat = a.reshape(input, [rows, features])
  const out = isPlain ? a.addmm(flat, matrix, vector) : a.addInPlace(a.mm(flat, matrix), vector)
  return a.reshape(out, [...outer, columns])
}

/**
 * Whether torch makes rows of all dimensions but the last: where the matrix may get a gradient, which those of a model for inference may too
 * (`requires_grad`), or where that takes no copy (`should_fold` of torch's LinearAlgebra.cpp).
 */
function isFolded(a: GroupedArrays, { layout, elements }: Shaped, matrix: Shaped): boolean {
  const mayHaveGradient = matrix.grad !== undefined || a.layers.weights.leaves.length === 0
  return (
    mayHaveGradient || viewed(layout, [elements / (layout.shape.at(-1) ?? 1), layout.shape.at(-1) ?? 1]) !== undefined
  )
}

/** The sum with an adapter's output, which reads the rows in a copy (PEFT's `Linear.forward`). */
function adapted(a: GroupedArrays, adapter: Adapter, input: Shaped, base: Shaped): Shaped {
  const { layers, tape } = a
  const f = new Names(tape)
  f.let('base', base)
  f.let('input', a.to(input, adapter.a.dtype))
  const { shape } = base.layout
  const columns = shape.at(-1) ?? 1
  const dropped = adapter.hasDropout ? a.dropout(f.get('input')) : f.get('input')
  const read = layers.autocast ? a.to(dropped, layers.half) : dropped
  const rows = a.reshape(read, [base.elements / columns, -1])
  const high = a.plain(rows, [base.elements / columns, columns], (flat) => layers.lowRank(adapter, flat, columns))
  f.let('base', a.add(f.get('base'), a.reshape(a.scale(high), shape)))
  return f.returned(a.to(f.get('base'), base.dtype))
}
