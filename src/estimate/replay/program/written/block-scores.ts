import type { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenArrays } from '../../arrays/written-arrays.js'
import type { ComputeDtype } from '../../dtype.js'

interface Sizes {
  readonly batch: number
  readonly heads: number
  /** The tokens of a block. */
  readonly size: number
  readonly random: number
  /** That of the masks. */
  readonly dtype: ComputeDtype
}

/** What the parts of BigBird's block-sparse attention share. Its variables are those of the function. */
export class BlockScores {
  readonly #a: WrittenArrays
  readonly #f: Names
  readonly #sizes: Sizes

  constructor(a: WrittenArrays, f: Names, sizes: Sizes) {
    this.#a = a
    this.#f = f
    this.#sizes = sizes
  }

  /** `torch_bmm_nd_transpose` */
  product(left: Shaped, right: Shaped): Shaped {
    const a = this.#a
    const { shape } = left.layout
    const [columns = 1, features = 1] = right.layout.shape.slice(-2)
    const one = a.reshape(left, [-1, shape.at(-2) ?? 1, features])
    const other = a.transpose(a.reshape(right, [-1, columns, features]), 1, 2)
    return a.reshape(a.batched(one, other), [...shape.slice(0, -1), columns])
  }

  /** `torch_bmm_nd`, before it gets the dimensions of the weights. */
  combined(weights: Shaped, values: Shaped): Shaped {
    const a = this.#a
    const [rows = 1, columns = 1] = weights.layout.shape.slice(-2)
    const one = a.reshape(weights, [-1, rows, columns])
    return a.batched(one, a.reshape(values, [-1, columns, values.layout.shape.at(-1) ?? 1]))
  }

  /** Autocast computes it in float32. */
  softmax(scores: Shaped): Shaped {
    const a = this.#a
    return a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores)
  }

  /** Adds a large negative number where a mask is 0: `(1.0 - mask) * penalty`. */
  penalise(name: string, shape: readonly number[], dtype = this.#sizes.dtype): void {
    const a = this.#a
    const rest = a.make(shape, dtype, 'rsub')
    const penalty = a.make(shape, dtype, 'mul')
    a.done(rest)
    this.#f.let(name, a.addInPlace(this.#f.get(name), penalty))
  }

  /** The first or the last block, which sees all. */
  whole(name: string, key: Shaped, value: Shaped, tokens: number): void {
    const [a, f] = [this.#a, this.#f]
    const { batch } = this.#sizes
    f.let(name, this.product(a.select(f.get('query blocks'), 2), key))
    f.let(name, a.scale(f.get(name)))
    this.penalise(name, [batch, 1, 1, tokens])
    f.let(`${name} weights`, this.softmax(f.get(name)))
    f.let(`${name} context`, this.combined(f.get(`${name} weights`), value))
  }

  /** The block beside one of these, which sees four blocks and the random ones. */
  beside(name: string): void {
    const [a, f] = [this.#a, this.#f]
    const { batch, heads, size, random, dtype } = this.#sizes
    const columns = (4 + random) * size
    for (const of of ['key', 'value']) {
      const seen = [0, 1, 2, 3].map(() => a.select(f.get(`${of} blocks`), 2))
      f.let(`${name} ${of}`, a.cat([...seen, a.select(f.get(`random ${of}`), 2)], 2))
    }
    f.let(name, this.product(a.select(f.get('query blocks'), 2), f.get(`${name} key`)))
    const ones = a.make([batch, 1, 1, random * size], dtype, 'new_ones')
    f.let(`${name} tokens`, a.make([batch, 1, 1, columns], dtype, 'cat'))
    a.done(ones)
    const others = a.make([batch, heads, size, 4 * size], 'float32', 'new_ones')
    f.let(`${name} mask`, a.make([batch, heads, size, columns], 'float32', 'cat'))
    a.done(others)
    f.let(name, a.scale(f.get(name)))
    const least = a.make([batch, heads, size, columns], 'float32', 'minimum')
    const rest = a.make([batch, heads, size, columns], 'float32', 'rsub')
    a.done(least)
    const penalty = a.make([batch, heads, size, columns], 'float32', 'mul')
    a.done(rest)
    f.let(name, a.addInPlace(f.get(name), penalty))
    f.let(`${name} weights`, this.softmax(f.get(name)))
    f.let(`${name} context`, this.combined(f.get(`${name} weights`), f.get(`${name} value`)))
  }
}
