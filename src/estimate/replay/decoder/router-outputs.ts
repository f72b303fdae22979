import type { RouterLogits } from '../../../architecture/index.js'
import type { Choice } from '../experts/routes.js'
import { change } from '../memory-ledger.js'
import type { Tape, Tensor } from '../tape.js'

/** Whether the logits of all routers are kept, and whether a mask is given for the loss of them. */
export type RouterLogitsUse = 'no' | 'kept' | 'keptBesideMask'

/** The logits of one router. */
export interface RouterOutput extends Choice {
  readonly logits: Tensor
  /** The name of its layer. */
  readonly layer: string
}

/** The logits of all routers, which the output of a model holds. */
export class RouterOutputs {
  /** Those of layers that are replayed. */
  readonly kept: RouterOutput[] = []
  readonly #tape: Tape
  readonly #from: Required<RouterLogits>['from']
  readonly #omitted: ReadonlyMap<string, number>
  #layer = ''
  #again: Tensor[] = []

  constructor(tape: Tape, from: Required<RouterLogits>['from'], omitted: ReadonlyMap<string, number>) {
    this.#tape = tape
    this.#from = from
    this.#omitted = omitted
  }

  /** How many routers there are, those of layers that are not replayed included. */
  get count(): number {
    return this.kept.reduce((sum, one) => sum + this.#times(one), 0)
  }

  /** Called when a layer begins. */
  enter(layer: string): void {
    this.#layer = layer
    this.#again = []
  }

  /** Keeps the logits of a router. A model takes them from routers in its own run alone; layers return them when they run again, too. */
  keep(logits: Tensor, { experts, chosen }: Choice): void {
    const tape = this.#tape
    if (!tape.isFirstRun) {
      if (this.#from === 'layers') this.#again.push(tape.alias(logits))
      return
    }
    const { grad: _, ...detached } = tape.alias(logits)
    const isLost = this.#from === 'routers' && tape.reenters
    this.kept.push({ logits: isLost ? detached : logits, experts, chosen, layer: this.#layer })
  }

  /** What a layer that runs again returns. */
  again(): readonly Tensor[] {
    return this.#again
  }

  /** What a layer has returned. */
  of(layer: string): readonly Tensor[] {
    if (this.#from === 'routers') return []
    return this.kept.filter((one) => one.layer === layer).map(({ logits }) => logits)
  }

  /** Drops all of them. */
  free(): void {
    for (const one of this.kept.splice(0)) this.freeLike(one, one.logits)
  }

  /** Frees a tensor of a router, and those of the routers that are not replayed. */
  freeLike(router: RouterOutput, tensor: Tensor): void {
    const { ledger } = this.#tape
    const before = { ...ledger.now }
    this.#tape.free(tensor)
    ledger.shift(change(before, ledger.now), this.#times(router) - 1)
  }

  #times({ layer }: RouterOutput): number {
    return 1 + (this.#omitted.get(layer) ?? 0)
  }
}
