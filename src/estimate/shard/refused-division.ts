import { familyOf } from '../../architecture/families/index.js'
import { type Architecture, isTower, type Module } from '../../architecture/index.js'
import type { TensorPlan } from '../../architecture/tensor-plan.js'

/** The plan of the model's family; absent if transformers has none, or none that is replayed. */
export function tensorPlanOf({ family }: Pick<Architecture, 'family'>): TensorPlan | undefined {
  return familyOf(family)?.tensorPlan
}

/** Whether ranks of this number can divide the model. */
export function isDivisible(model: Architecture, ranks: number, isTraining: boolean): boolean {
  return refusedDivision(model, ranks, isTraining) === undefined
}

/** Why ranks of this number cannot divide a model as transformers does, with a way out; absent if they can. */
export function refusedDivision(model: Architecture, ranks: number, isTraining: boolean): Error | undefined {
  const plan = tensorPlanOf(model)
  if (!plan) {
    const why = familyOf(model.family)?.undivided ?? 'transformers 5.24.0 has no plan to divide its layers'
    return new TypeError(`\`layout.tensor\` has no model for ${model.className}: ${why}; use \`sharding\``)
  }
  const { heads, kvHeads } = model.dimensions
  for (const [count, what] of [
    [heads, 'heads'],
    [kvHeads, 'heads of keys and values'],
  ] as const)
    if (plan.dividesHeads && count % ranks !== 0)
      return new RangeError(`\`layout.tensor\` is ${ranks}, which does not divide ${count} ${what}`)
  return refusedLayer(model, plan, ranks, isTraining)
}

/** The first layer at which the code of transformers stops. */
function refusedLayer(
  model: Architecture,
  { stops, version, rows, gatheredColumns }: TensorPlan,
  ranks: number,
  isTraining: boolean,
): Error | undefined {
  const cannot = `\`layout.tensor\` cannot be estimated for ${model.className}`
  for (const [name, { linear, parameters }] of distinctModules(model.root, '')) {
    const why = stops[name]
    if (why) return new TypeError(`${cannot} with ${name}: ${why}; use \`sharding\``)
    if (!linear || !isTraining) continue
    // `RowwiseParallel._prepare_input_fn` of its `integrations/tensor_parallel.py` assigns a local tensor to a parameter.
    if (version < '5' && rows.includes(name) && parameters?.['bias'])
      return new TypeError(
        `${cannot} with a bias of ${name}: transformers ${version}, as which it is estimated, stops there in training; use \`sharding\``,
      )
    if (gatheredColumns.includes(name) && linear.outFeatures < ranks)
      return new RangeError(
        `\`layout.tensor\` is ${ranks}, but ${name} has ${linear.outFeatures} outputs: torch's step of AdamW stops at ranks without a part; take fewer ranks`,
      )
  }
  return undefined
}

/** The modules with the last part of their names, those of layers that are alike once. */
export function* distinctModules(module: Module, name: string): Generator<readonly [name: string, module: Module]> {
  if (isTower(module.part)) return
  yield [name, module]
  for (const [key, child] of Object.entries(module.children ?? {})) yield* distinctModules(child, key)
  for (const { module: item } of module.items ?? []) yield* distinctModules(item, name)
}
