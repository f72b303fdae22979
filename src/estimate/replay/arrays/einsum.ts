import type { Arrays } from './arrays.js'
import { sizeOf } from './layout.js'
import type { Shaped } from './shaped.js'

/**
 * A product of two arrays summed over labels, as `torch.einsum` computes it: dimensions are permuted and merged, which copies where it
 * must (summed dimensions come in the order of the alphabet), and one batched product follows (`sumproduct_pair` in `Linear.cpp`).
 *
 * @param equation - `ij,jk->ik`, without spaces
 */
export function einsum(a: Arrays, equation: string, left: Shaped, right: Shaped): Shaped {
  const [inputs = '', out = ''] = equation.split('->')
  const [first = '', second = ''] = inputs.split(',')
  const sizes = new Map([...pairs(first, left), ...pairs(second, right)])
  const size = (label: string): number => sizes.get(label) ?? 1
  const whole = (labels: readonly string[]): number => sizeOf(labels.map(size))
  const has = (labels: string, label: string): boolean => labels.includes(label) && size(label) !== 1
  const summed = [...new Set(first + second)].filter((label) => !out.includes(label)).sort()
  const both = [...out].filter((label) => has(first, label) && has(second, label))
  const inLeft = [...out].filter((label) => has(first, label) && !has(second, label))
  const inRight = [...out].filter((label) => !has(first, label))
  const ordered = (input: Shaped, labels: string, order: readonly string[]): Shaped => {
    const missing = order.filter((label) => !labels.includes(label))
    let seen = input
    for (const _ of missing) seen = a.unsqueeze(seen, -1)
    const all = [...labels, ...missing]
    return a.permute(
      seen,
      order.map((label) => all.indexOf(label)),
    )
  }
  // Nothing is summed: torch multiplies element by element.
  if (whole(summed) === 1 && summed.length > 0) {
    const each = (input: Shaped, labels: string): Shaped =>
      summed.reduce((seen) => a.squeeze(seen, -1), ordered(input, labels, [...out, ...summed]))
    return a.mul(each(left, first), each(right, second))
  }
  const one = a.reshape(ordered(left, first, [...both, ...inLeft, ...summed, ...inRight]), [
    whole(both),
    whole(inLeft),
    whole(summed),
  ])
  const other = a.reshape(ordered(right, second, [...both, ...summed, ...inRight, ...inLeft]), [
    whole(both),
    whole(summed),
    whole(inRight),
  ])
  const product = a.batched(one, other)
  const made = [...both, ...inLeft, ...inRight]
  return a.permute(
    a.reshape(product, made.map(size)),
    [...out].map((label) => made.indexOf(label)),
  )
}

function pairs(labels: string, { layout }: Shaped): [string, number][] {
  return [...labels].map((label, dim) => [label, layout.shape[dim] ?? 1])
}
