import { type Architecture, isTower, type Module } from '../../architecture/index.js'
import type { TensorPlan } from '../../architecture/tensor-plan.js'
import type { Division, DivisionWay } from '../replay/division.js'
import type { SequenceShares } from '../replay/sequence-shares.js'
import { refusedDivision, tensorPlanOf } from './refused-division.js'

/** One of the tensor-parallel ranks of a model. */
export interface TensorRank {
  /** Its part of every module. The widths of the residual stream and of the logits are those of the model. */
  readonly architecture: Architecture
  readonly plan: TensorPlan
  /** What the ranks exchange. */
  readonly division: Division
}

/** What decides what tensor-parallel ranks exchange. */
export interface RankOptions {
  readonly isTraining: boolean
  readonly isSharded: boolean
  /** Whether gradients of several micro-batches stay whole until the last one. */
  readonly reducesLast?: boolean
  readonly tokens?: Pick<SequenceShares, 'batch' | 'sequence'>
}

/**
 * The first of the ranks that divide a model as transformers does.
 *
 * @throws TypeError for a family whose plan is not known
 * @throws RangeError for heads that the ranks cannot divide
 */
export function tensorRank(
  model: Architecture,
  ranks: number,
  { isTraining, isSharded, reducesLast = false, tokens }: RankOptions,
): TensorRank {
  const plan = tensorPlanOf(model)
  const refused = refusedDivision(model, ranks, isTraining)
  if (refused || !plan) throw refused
  const { dimensions } = model
  const { heads, kvHeads, hiddenSize, vocabSize } = dimensions
  const partOf = partsOf(plan)
  const wayOf: Division['wayOf'] = (name) => {
    const part = partOf(name)
    return part === 'localColumns' || part === 'localRows' ? undefined : part
  }
  const outputs = new Map(gatheredOutputs(model.root, '', wayOf))
  const isTable = (name: string): boolean => plan.dividesVocabulary && name.endsWith(`.${plan.embedding}`)
  return {
    plan,
    architecture: {
      ...model,
      ...(plan.attention &&
        model.forward && {
          forward: { ...model.forward, attention: { ...model.forward.attention, ...plan.attention } },
        }),
      root: divided(model.root, '', ranks, partOf, isTable, plan.transposesExperts),
      dimensions: {
        ...dimensions,
        ...(plan.dividesHeads && {
          heads: heads / ranks,
          kvHeads: kvHeads / ranks,
          headDim: dimensions.headDim ?? hiddenSize / heads,
        }),
        ffnHiddenSize: Math.ceil(dimensions.ffnHiddenSize / ranks),
      },
    },
    division: {
      ranks,
      wayOf,
      outputsOf: (name) => outputs.get(lastOf(name)),
      rowsOf: (name) => (isTable(name) ? vocabSize : undefined),
      embeddingGradient: dimensions.tiedEmbeddings ? 'added' : isSharded && !reducesLast ? 'cut' : 'whole',
      sumsInPlace: !isTraining,
      ...(tokens && { shares: { ranks, ...tokens } }),
      readsShares: (name) =>
        tokens !== undefined && !partOf(name) && !isTable(name) && !HEAD_NORMS.includes(lastOf(name)),
    },
  }
}

/** Norms that read the part of a rank of all tokens: their parameters are plain tensors. */
const HEAD_NORMS: readonly string[] = ['q_norm', 'k_norm']

/** How ranks divide a linear layer, also if they exchange nothing around it. */
type Part = DivisionWay | 'localColumns' | 'localRows'

type PartOf = (name: string) => Part | undefined

function partsOf(plan: TensorPlan): PartOf {
  const parts = new Map<string, Part>()
  for (const part of PARTS) for (const name of plan[part]) parts.set(name, part)
  const isWhole = (name: string): boolean => plan.whole.some((module) => name.includes(`.${module}.`))
  return (name) => (isWhole(name) ? undefined : parts.get(lastOf(name)))
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** The outputs of the linear layers whose columns are gathered, by the last part of their names: layers of one name have as many. */
function gatheredOutputs(
  module: Module,
  name: string,
  wayOf: Division['wayOf'],
): readonly [name: string, outputs: number][] {
  const { linear, children = {}, items = [] } = module
  const own: [string, number][] =
    linear && wayOf(name) === 'gatheredColumns' ? [[lastOf(name), linear.outFeatures]] : []
  const below = [...Object.entries(children), ...items.map((item) => ['layers', item.module] as const)]
  return [...own, ...below.flatMap(([key, child]) => gatheredOutputs(child, `${name}.${key}`, wayOf))]
}

const PARTS = [
  'columns',
  'rows',
  'gatheredColumns',
  'splitRows',
  'rejoined',
  'localColumns',
  'localRows',
] as const satisfies readonly Part[]

/** A module with the rank's part of its parameters, and of those of its children. */
function divided(
  module: Module,
  name: string,
  ranks: number,
  partOf: PartOf,
  isTable: (name: string) => boolean,
  transposes: boolean,
): Module {
  if (isTower(module.part)) return module
  const { children, items } = module
  const inside = (child: Module, itsName: string): Module =>
    divided(child, `${name}.${itsName}`, ranks, partOf, isTable, transposes)
  const own = module.linear ? dividedLinear(module, ranks, partOf(name)) : dividedExperts(module, ranks, transposes)
  const table = isTable(name) ? dividedRows(own, ranks) : own
  return {
    ...table,
    ...(children && {
      children: Object.fromEntries(Object.entries(children).map(([key, child]) => [key, inside(child, key)])),
    }),
    ...(items && { items: items.map((item) => ({ ...item, module: inside(item.module, 'layers') })) }),
  }
}

function dividedLinear(module: Module, ranks: number, part: Part | undefined): Module {
  const { linear, parameters } = module
  if (!linear || !part || part === 'rejoined') return module
  // What is gathered, and what each takes its part of, is whole around the layer.
  if (part === 'gatheredColumns') return dividedRows(module, ranks)
  if (part === 'columns' || part === 'localColumns') {
    const outFeatures = Math.ceil(linear.outFeatures / ranks)
    return { ...dividedRows(module, ranks), linear: { ...linear, outFeatures } }
  }
  const inFeatures = Math.ceil(linear.inFeatures / ranks)
  return {
    ...module,
    ...(part !== 'splitRows' && { linear: { ...linear, inFeatures } }),
    ...(parameters && { parameters: { ...parameters, weight: [linear.outFeatures, inFeatures] } }),
  }
}

/** Experts in common tensors: the rank's part of the outputs of the first product, and of the inputs of the second (`packed_colwise`, `rowwise`). */
function dividedExperts(module: Module, ranks: number, transposes: boolean): Module {
  const { parameters } = module
  if (!parameters?.['down_proj']) return module
  const shapes = Object.entries(parameters).map(([name, shape]) => {
    const place = shape.length + ((name === 'down_proj') === transposes ? -2 : -1)
    return [name, shape.map((size, index) => (index === place ? Math.ceil(size / ranks) : size))]
  })
  return { ...module, parameters: Object.fromEntries(shapes) }
}

/** The same module with the rank's part of the rows of each parameter. */
function dividedRows(module: Module, ranks: number): Module {
  const { parameters } = module
  if (!parameters) return module
  const shapes = Object.entries(parameters).map(([name, [rows = 1, ...rest]]) => [
    name,
    [Math.ceil(rows / ranks), ...rest],
  ])
  return { ...module, parameters: Object.fromEntries(shapes) }
}
