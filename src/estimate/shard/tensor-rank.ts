import { familyOf } from '../../architecture/families/index.js'
import { type Architecture, isTower, type Module } from '../../architecture/index.js'
import type { TensorPlan } from '../../architecture/tensor-plan.js'
import { type Division, type DivisionWay, EMBEDDING } from '../replay/division.js'

/** One of the tensor-parallel ranks of a model. */
export interface TensorRank {
  /** Its part of every module. The widths of the residual stream and of the logits are those of the model. */
  readonly architecture: Architecture
  readonly plan: TensorPlan
  /** What the ranks exchange. */
  readonly division: Division
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
  { isTraining, isSharded }: { readonly isTraining: boolean; readonly isSharded: boolean },
): TensorRank {
  const plan = tensorPlanOf(model)
  if (!plan)
    throw new TypeError(
      `\`layout.tensor\` has no model for ${model.className}: transformers 5.24.0 has no plan to divide it, or one that is not estimated; use \`sharding\``,
    )
  const { dimensions } = model
  const { heads, kvHeads, hiddenSize, vocabSize } = dimensions
  for (const [count, what] of [
    [heads, 'heads'],
    [kvHeads, 'heads of keys and values'],
  ] as const)
    if (plan.dividesHeads && count % ranks !== 0)
      throw new RangeError(`\`layout.tensor\` is ${ranks}, which does not divide ${count} ${what}`)
  const wayOf = waysOf(plan)
  return {
    plan,
    architecture: {
      ...model,
      ...(plan.attention &&
        model.forward && {
          forward: { ...model.forward, attention: { ...model.forward.attention, ...plan.attention } },
        }),
      root: divided(model.root, '', ranks, wayOf, plan.dividesVocabulary),
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
      vocabulary: plan.dividesVocabulary ? vocabSize : undefined,
      embeddingGradient: dimensions.tiedEmbeddings ? 'added' : isSharded ? 'cut' : 'whole',
      sumsInPlace: !isTraining,
    },
  }
}

/** The plan of the model's family; absent if transformers has none, or none that is replayed. */
export function tensorPlanOf({ family }: Pick<Architecture, 'family'>): TensorPlan | undefined {
  return familyOf(family)?.tensorPlan
}

/** Whether ranks of this number can divide the model. */
export function isDivisible(model: Architecture, ranks: number): boolean {
  const { heads, kvHeads } = model.dimensions
  const plan = tensorPlanOf(model)
  return plan !== undefined && (!plan.dividesHeads || (heads % ranks === 0 && kvHeads % ranks === 0))
}

function waysOf(plan: TensorPlan): Division['wayOf'] {
  const ways = new Map<string, DivisionWay>()
  for (const way of WAYS) for (const name of plan[way]) ways.set(name, way)
  const isWhole = (name: string): boolean => plan.whole.some((module) => name.includes(`.${module}.`))
  return (name) => (isWhole(name) ? undefined : ways.get(name.slice(name.lastIndexOf('.') + 1)))
}

const WAYS = ['columns', 'rows', 'gatheredColumns', 'splitRows'] as const satisfies readonly DivisionWay[]

/** A module with the rank's part of its parameters, and of those of its children. */
function divided(
  module: Module,
  name: string,
  ranks: number,
  wayOf: Division['wayOf'],
  dividesVocabulary: boolean,
): Module {
  if (isTower(module.part)) return module
  const { children, items } = module
  const inside = (child: Module, itsName: string): Module =>
    divided(child, `${name}.${itsName}`, ranks, wayOf, dividesVocabulary)
  const own = module.linear ? dividedLinear(module, ranks, wayOf(name)) : dividedExperts(module, ranks)
  const table = dividesVocabulary && name.endsWith(`.${EMBEDDING}`) ? dividedRows(own, ranks) : own
  return {
    ...table,
    ...(children && {
      children: Object.fromEntries(Object.entries(children).map(([key, child]) => [key, inside(child, key)])),
    }),
    ...(items && { items: items.map((item) => ({ ...item, module: inside(item.module, 'layers') })) }),
  }
}

function dividedLinear(module: Module, ranks: number, way: DivisionWay | undefined): Module {
  const { linear, parameters } = module
  if (!linear || !way) return module
  // What is gathered, and what each takes its part of, is whole around the layer.
  if (way === 'gatheredColumns') return dividedRows(module, ranks)
  if (way === 'columns') {
    const outFeatures = Math.ceil(linear.outFeatures / ranks)
    return { ...dividedRows(module, ranks), linear: { ...linear, outFeatures } }
  }
  const inFeatures = Math.ceil(linear.inFeatures / ranks)
  return {
    ...module,
    ...(way === 'rows' && { linear: { ...linear, inFeatures } }),
    ...(parameters && { parameters: { ...parameters, weight: [linear.outFeatures, inFeatures] } }),
  }
}

/** Experts in common tensors: the rank's part of the outputs of the first product, and of the inputs of the second (`packed_colwise`, `rowwise`). */
function dividedExperts(module: Module, ranks: number): Module {
  const { parameters } = module
  if (!parameters?.['down_proj']) return module
  const shapes = Object.entries(parameters).map(([name, shape]) => {
    const place = shape.length + (name === 'down_proj' ? -1 : -2)
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
