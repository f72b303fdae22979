import type { Module, RecurrentState } from '../../../architecture/index.js'
import type { Arrays } from '../arrays/arrays.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderModel } from '../decoder-model.js'
import type { ComputeDtype } from '../dtype.js'
import type { Tape, Tensor } from '../tape.js'

/** The states that a cache keeps of one recurrent block. */
export type StateKind = 'convolution' | 'recurrent'

/** The cached states of all recurrent layers, which are zeros before the first layer runs. */
export class RecurrentStates {
  readonly #tape: Tape
  readonly #held = new Map<string, Tensor>()

  constructor(
    { layers, omitted, forward, sizes, architecture }: DecoderModel,
    batch: number,
    dtype: ComputeDtype,
    tape: Tape,
  ) {
    this.#tape = tape
    if (Object.values(forward.mixers).every(({ states }) => states === 'assigned')) return
    if (Object.values(forward.mixers).some(({ states }) => states === 'parts')) {
      const elements = batch * sizes.hiddenSize * architecture.dimensions.layers
      tape.tensor(2 * elements, dtype, 'zeros', 'kvCache')
      tape.tensor(3 * elements, 'float32', 'zeros', 'kvCache')
      return
    }
    // The positions that the caches of Mamba are filled at.
    if (forward.residual.order === 'single') tape.tensor(4, 'int64', 'arange')
    const everywhere = Object.values(forward.mixers).some(({ states }) => states === 'everyLayer')
    const spare = everywhere
      ? layers.flatMap(({ module }) => statesIn(module, Object.keys(forward.mixers)))[0]
      : undefined
    for (const { name, module } of layers) {
      const own = statesIn(module, Object.keys(forward.mixers))
      for (const [child, state] of own.length === 0 && spare ? [spare] : own) {
        const alike = omitted.get(name) ?? 0
        const sizes = sizesOf(state)
        for (const kind of ['convolution', 'recurrent'] as const) {
          const elements = batch * sizes[kind]
          this.#held.set(`${name}.${child}.${kind}`, tape.tensor(elements, dtype, 'zeros', 'kvCache'))
          if (alike > 0) tape.tensor(alike * elements, dtype, 'zeros', 'kvCache')
        }
      }
    }
  }

  /** What is kept of a block before it runs. */
  of(block: string, kind: StateKind): Tensor {
    const found = this.#held.get(`${block}.${kind}`)
    if (found) return found
    throw new Error(`${block} has no ${kind} state`)
  }

  /**
   * Keeps an array in place of the one before.
   *
   * @param isOwn - whether nothing else has it
   */
  replace(block: string, kind: StateKind, value: Shaped, isOwn = false): void {
    const old = this.#held.get(`${block}.${kind}`)
    this.#held.set(`${block}.${kind}`, this.#tape.alias(value))
    this.#tape.ledger.rebook(value.storage, 'kvCache')
    if (old) this.#tape.free(old)
    if (isOwn) this.#tape.free(value)
  }
}

/** The last inputs of a convolution, in a copy that the cache makes for them (transformers 5). */
export function keptConvolution(a: Arrays, cache: RecurrentStates, block: string, inputs: Shaped): void {
  const [batch = 1, channels = 1] = inputs.layout.shape
  const kernel = a.parameter(`${block}.conv1d.weight`).layout.shape.at(-1) ?? 1
  const state = a.make([batch, channels, kernel], inputs.dtype, 'zeros')
  cache.replace(block, 'convolution', state)
  a.done(state)
}

/** The last state, in a copy that the cache makes for it (transformers 5). */
export function keptState(a: Arrays, cache: RecurrentStates, block: string, state: Shaped): void {
  const copy = a.make(state.layout.shape, state.dtype, 'zeros_like')
  cache.replace(block, 'recurrent', copy)
  a.done(copy)
}

function statesIn({ children = {} }: Module, mixers: readonly string[]): [string, RecurrentState][] {
  return mixers.flatMap((name) => {
    const own = children[name]?.state
    if (own) return [[name, own] as [string, RecurrentState]]
    return Object.entries(children).flatMap(([child, { children: inner = {} }]) => {
      const state = inner[name]?.state
      return state ? [[`${child}.${name}`, state] as [string, RecurrentState]] : []
    })
  })
}

function sizesOf({ convolution, elements }: RecurrentState): Record<StateKind, number> {
  return { convolution: convolution ? convolution.channels * convolution.kernel : 0, recurrent: elements }
}
