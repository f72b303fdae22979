import type { ReplayModel } from '../replay-model.js'
import { type Allocated, allocateStatic } from '../step/static-memory.js'
import { highest, type StepMemory } from '../step/step-memory.js'
import type { TrainingStep } from '../step/training-options.js'
import { trainingStep, update } from '../step/training-step.js'
import type { Leaf } from '../tape.js'
import { NotedLedger } from './noted-ledger.js'
import { NotedSharding } from './noted-sharding.js'
import type { Noting } from './noting.js'
import type { Rank } from './rank.js'

/** Whether one replay of a step tells what it needs on other numbers of ranks: what each does in its own way is noted. */
export function isAlikeOnRanks(step: TrainingStep): boolean {
  const { sharding, zero, preference, virtualTokens, optimizerStep } = step
  if (!sharding || zero || preference || virtualTokens || optimizerStep === 'in-backward') return false
  return sharding.copiesOut && !sharding.keepsInputs
}

/** A training step that is replayed once, and counted on any number of ranks from two on: see `isAlikeOnRanks`. */
export class NotedRun implements Noting {
  readonly ledger = new NotedLedger()
  #model: ReplayModel | undefined
  #leaves: readonly Leaf[] = []
  readonly #heldByGraph: number | undefined

  /** Replays the step on as many ranks as it says. */
  constructor(whole: ReplayModel, step: TrainingStep) {
    this.#heldByGraph = trainingStep(whole, { ...step, enoughBytes: undefined }, this).heldByGraph
  }

  /** What a rank needs, of a step that differs from the replayed one in the number of ranks alone. */
  on(step: TrainingStep): StepMemory {
    if (!this.#model) throw new Error('a run is noted when it ends')
    const { architecture, omitted, senses } = this.#model
    const { ledger, sharding, weights } = allocateStatic(architecture, step, omitted, senses)
    if (!sharding) throw new Error('ranks that share nothing do the same')
    const { leaves } = weights
    const { peak, kernelPeak } = ledger
    const rank: Rank = {
      ledger,
      sharding,
      leaves,
      open: [],
      stretches: new Map(),
      before: { peak, kernelPeak },
      afterForward: ledger.now,
    }
    this.ledger.countOn(rank)
    for (const [index, { gradient }] of this.#leaves.entries()) {
      const leaf = leaves[index]
      if (leaf && gradient) leaf.gradient ??= { ...gradient }
    }
    if (!step.endsWithForward) update(ledger, leaves, step)
    const { afterForward } = rank
    const heldByGraph = this.#heldByGraph
    return { ...highest([ledger, rank.before]), afterForward, ...(heldByGraph !== undefined && { heldByGraph }) }
  }

  begin(model: ReplayModel, { weights, sharding }: Allocated): void {
    this.#model = model
    this.#leaves = weights.leaves
    if (sharding instanceof NotedSharding) sharding.watch(weights.leaves)
    this.ledger.beginNotes()
  }

  endRollout(): void {
    this.ledger.noted(
      (rank) => {
        const { peak, kernelPeak } = rank.ledger
        rank.before = { peak, kernelPeak }
      },
      () => {},
    )
  }

  endForward(): void {
    this.ledger.noted(
      (rank) => {
        rank.afterForward = { ...rank.ledger.now }
      },
      () => {},
    )
  }

  end(): void {
    this.ledger.endNotes()
  }
}
