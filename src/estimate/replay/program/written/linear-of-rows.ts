import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { isContiguous } from '../../arrays/layout.js'
import type { Shaped } from '../../arrays/shaped.js'

/**
 * A linear layer. The rows of an input that is not contiguous, or has four dimensions, are multiplied first, in a copy, and the bias is added
 * afterwards, in place (`linear` of torch 2.11, Linear.cpp).
 */
export function linearOfRows(a: GroupedArrays, name: string, input: Shaped): Shaped {
  const weight = a.parameter(`${name}.weight`)
  const isPlain = isContiguous(input.layout) && input.layout.shape.length <= 3
  if (isPlain || weight.storedAs || a.layers.weights.adapter(name)) return a.linear(name, input)
  return productOfRows(a, input, weight, a.parameter(`${name}.bias`))
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
  const flat = a.reshape(input, [rows, features])
  const out = isPlain ? a.addmm(flat, matrix, vector) : a.addInPlace(a.mm(flat, matrix), vector)
  return a.reshape(out, [...outer, columns])
}
