import type { Architecture, Shape } from '../../../architecture/index.js'
import type { Sense } from '../../../architecture/sense.js'
import { isOrthogonalised, tableBytes } from '../../optimizers.js'
import { virtualTokenWeights } from '../adapters/virtual-tokens.js'
import { DTYPE_BYTES } from '../dtype.js'
import { MemoryLedger, type PartBytes } from '../memory-ledger.js'
import { bypassedByCode, bypassedByKernels, bypassedByLoss } from '../mixers/kernels/bypassed-layers.js'
import { NotedLedger } from '../ranks/noted-ledger.js'
import { NotedSharding } from '../ranks/noted-sharding.js'
import { Sharding } from '../sharding/sharding.js'
import type { ShardingRules } from '../sharding/sharding-rules.js'
import { ZeroParameters, type ZeroUses } from '../sharding/zero-parameters.js'
import { type Leaf, Tape } from '../tape.js'
import { Weights } from '../weights.js'
import type { TrainingStep } from './training-options.js'

/** What a run holds between its steps. It does not depend on the forward pass. */
export type StaticMemory = Pick<PartBytes, 'parameters' | 'gradients' | 'optimizerStates'>

/**
 * Parameters, gradients and optimizer states, computed without a forward pass.
 *
 * @param omitted - what `architecture` leaves out: how many layers and experts are like the one of a name
 * @param senses - what passes through its towers
 */
export function staticMemory(
  architecture: Architecture,
  step: TrainingStep,
  omitted?: ReadonlyMap<string, number>,
  senses?: readonly Sense[],
): StaticMemory {
  const { ledger, weights } = allocateStatic(architecture, step, omitted, senses)
  const isShared = step.sharding?.sharesGradients || (step.zero !== undefined && step.zero.stage > 1)
  const gradients =
    step.sharding?.offloads || step.optimizerStep === 'in-backward'
      ? []
      : weights.leaves.map(
          (leaf) =>
            (isShared ? ownElements(leaf, step) : leaf.elements) * DTYPE_BYTES[leaf.dtype] * (1 + (leaf.alike ?? 0)),
        )
  const { parameters, optimizerStates } = ledger.now
  return { parameters, gradients: gradients.reduce((sum, bytes) => sum + bytes, 0), optimizerStates }
}

/**
 * Allocates what exists when a step begins, except inputs and buffers of modules: parameters, the optimizer states, which exist
 * from the second step on, and the buffers that gradients are reduced in.
 */
export function allocateStatic(
  architecture: Architecture,
  step: TrainingStep,
  omitted: ReadonlyMap<string, number> = new Map(),
  senses: readonly Sense[] = [],
  ledger = new MemoryLedger(),
) {
  const tape = new Tape(ledger)
  const sharding =
    step.sharding &&
    shardingOf(ledger, step.sharding, {
      embeddingAgain: architecture.dimensions.tiedEmbeddings || (step.inputGradients ?? false),
      isRevisited: true,
    })
  const weights = new Weights(architecture, ledger, {
    sharding,
    division: step.division,
    omitted,
    dtype: step.parameterDtype,
    trained: step.trained,
    trains: step.trains,
    storage: step.storage,
    hasOnlyLayers: step.stage?.isLast === false,
    packsExperts: step.packsExperts ?? false,
    restDtype: step.restDtype,
    autocast: step.autocast,
    // DeepSpeed makes the states of all trained parameters at the start.
    idleTowers: !step.masterBytes && !architecture.program,
    senses,
    bypassed: step.masterBytes
      ? []
      : [
          ...bypassedByKernels(architecture, step.kernelPackages),
          ...bypassedByCode(architecture),
          ...bypassedByLoss(architecture, step.loss.kind),
        ],
    adapterDtype: step.adapterDtype,
    adapters: step.adapters,
    readsOriginals: step.preference !== undefined,
  })
  const prompt = step.virtualTokens && virtualTokenWeights(weights, architecture, step.virtualTokens, step.adapterDtype)
  const bytesOf = ({ elements, dtype }: Leaf): number => elements * DTYPE_BYTES[dtype]
  const largest = weights.leaves.reduce((most, leaf) => Math.max(most, bytesOf(leaf)), 0)
  allocateStates(ledger, weights.leaves, step)
  if (step.bucketBytes) ledger.allocate(step.bucketBytes({ all: weights.trainableBytes, largest }), 'buffers')
  return { tape, ledger, sharding, weights, prompt }
}

/** What exists when a step begins. */
export type Allocated = ReturnType<typeof allocateStatic>

/** Allocates what the optimizer keeps for trained parameters. */
export function allocateStates(ledger: MemoryLedger, leaves: readonly Leaf[], step: TrainingStep): void {
  const ranks = stateRanks(step)
  let tables = 0
  let counts = 0
  for (const { shape, dtype, ranks: own = ranks, alike = 0, isHidden = false, isEmbedding = false } of leaves) {
    const share = shardOf(shape, own, step)
    const isWide = isEmbedding && (step.hasWideEmbeddingStates ?? false)
    const states = step.stateBytes(share, dtype, { isHidden, isWide }) + (step.masterBytes ?? 0) * elementsOf(share)
    const table = step.stepsOnCpu ? 0 : tableBytes(step.optimizer, share, isWide)
    // Each optimizer has its own, and in backward each parameter has an optimizer.
    tables = step.optimizerStep === 'in-backward' ? tables + table * (1 + alike) : Math.max(tables, table)
    ledger.allocate(states * (1 + alike), 'optimizerStates')
    // Only the fused implementation of AdamW counts its steps on the GPU, beside Muon too.
    const isOfAdamW =
      step.optimizer === 'adamw' || (step.optimizer === 'muon' && !isOrthogonalised({ shape, isHidden }))
    if (isOfAdamW && step.optimizerStep === 'fused') counts += 1 + alike
  }
  // DeepSpeed gives it one flat tensor for all.
  ledger.allocate(4 * Math.min(counts, step.zero ? 1 : counts), 'buffers')
  ledger.allocate(tables, 'optimizerStates')
}

/** The ranks that share the states of the optimizer. */
export function stateRanks({ stateRanks: own, sharding }: Pick<TrainingStep, 'stateRanks' | 'sharding'>): number {
  return own ?? sharding?.ranks ?? 1
}

/** The elements of a parameter whose states one rank keeps. */
export function ownElements(leaf: Leaf, step: Pick<TrainingStep, 'stateRanks' | 'sharding' | 'zero'>): number {
  return elementsOf(shardOf(leaf.shape, leaf.ranks ?? stateRanks(step), step))
}

/** Sharding as the rules say. */
export function shardingOf(ledger: MemoryLedger, rules: ShardingRules, uses: ZeroUses): Sharding {
  const { fetch } = rules
  if (ledger instanceof NotedLedger) return new NotedSharding(ledger, rules)
  return fetch ? new ZeroParameters(ledger, { ...rules, fetch }, uses) : new Sharding(ledger, rules)
}

/**
 * The share of a parameter that one rank owns: a part of its rows, with padding in the last part. FSDP1 and ZeRO cut flat
 * parameters, regardless of rows.
 */
function shardOf(shape: Shape, ranks: number, { zero, sharding }: Pick<TrainingStep, 'zero' | 'sharding'>): Shape {
  if (zero || sharding?.isFlat) return [Math.ceil(elementsOf(shape) / ranks)]
  const [rows = 1, ...rest] = shape
  return [Math.ceil(rows / ranks), ...rest]
}

function elementsOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}
