import type { Module, RecurrentState } from '../../../architecture/index.js'
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

  constructor({ layers, omitted, forward }: DecoderModel, batch: number, dtype: ComputeDtype, tape: Tape) {
    this.#tape = tape
    // The positions that the caches of Mamba are filled at.
    const convolved = Object.keys(forward.mixers).length > 0 && forward.residual.order === 'single'
    if (convolved) tape.tensor(4, 'int64', 'arange')
    if (Object.values(forward.mixers).every(({ states }) => states === 'assigned')) return
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

  /** Keeps an array in place of the one before. */
  replace(block: string, kind: StateKind, value: Shaped): void {
    const old = this.#held.get(`${block}.${kind}`)
    this.#held.set(`${block}.${kind}`, this.#tape.alias(value))
    this.#tape.ledger.rebook(value.storage, 'kvCache')
    if (old) this.#tape.free(old)
  }
}

function statesIn({ children = {} }: Module, mixers: readonly string[]): [string, RecurrentState][] {
  return mixers.flatMap((name) => {
    const state = children[name]?.state
    return state ? [[name, state] as [string, RecurrentState]] : []
  })
}

function sizesOf({ convolution, elements }: RecurrentState): Record<StateKind, number> {
  return { convolution: convolution ? convolution.channels * convolution.kernel : 0, recurrent: elements }
}
