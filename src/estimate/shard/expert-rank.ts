import { familyOf } from '../../architecture/families/index.js'
import type { Architecture, Module } from '../../architecture/index.js'

/** The model as transformers 5.24 has it, with a rank's part of the experts of each layer. Its router chooses among all. */
export function expertRank(model: Architecture, expert: number): Architecture {
  const plan = familyOf(model.family)?.expertPlan
  const { forward, root } = model
  return {
    ...model,
    ...(plan && forward && { forward: plan.forward(forward) }),
    root: divided(plan ? merged(root) : root, expert),
  }
}

/** The rank's part of experts in common tensors, which are cut along their first dimension (`MoEParamShard`). */
function divided(module: Module, expert: number): Module {
  const { parameters, routed } = module
  if (!routed || !parameters) return within(module, (child) => divided(child, expert))
  const shapes = Object.entries(parameters).map(([name, [experts = 1, ...rest]]) => [name, [experts / expert, ...rest]])
  return { ...module, parameters: Object.fromEntries(shapes) }
}

/** Experts in two common tensors in the place of linear layers, behind a router with a weight of its own. */
function merged(module: Module): Module {
  const { children } = module
  const { experts, gate } = children ?? {}
  const fused = experts && fusedExperts(experts)
  if (!children || !fused) return within(module, merged)
  const router = gate && { gate: { type: 'Router', ...(gate.parameters && { parameters: gate.parameters }) } }
  return { ...module, children: { ...children, ...router, experts: fused } }
}

/** The same experts in common tensors; absent if they are no list of gated networks. */
function fusedExperts({ items, part, routed }: Module): Module | undefined {
  const [item] = items ?? []
  const { children = {} } = item?.module ?? {}
  const gate = (children['gate_proj'] ?? children['w1'])?.linear
  if (!items || !gate || !routed) return undefined
  const { inFeatures, outFeatures } = gate
  const { experts } = routed
  return {
    type: 'Experts',
    parameters: { gate_up_proj: [experts, 2 * outFeatures, inFeatures], down_proj: [experts, inFeatures, outFeatures] },
    routed,
    ...(part && { part }),
  }
}

function within(module: Module, change: (child: Module) => Module): Module {
  const { children, items } = module
  return {
    ...module,
    ...(children && {
      children: Object.fromEntries(Object.entries(children).map(([name, child]) => [name, change(child)])),
    }),
    ...(items && { items: items.map((item) => ({ ...item, module: change(item.module) })) }),
  }
}
