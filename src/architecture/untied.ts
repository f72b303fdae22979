import type { Architecture } from './architecture.js'
import type { Module } from './module.js'

/** The model with an output embedding of its own in the place of a tied one. */
export function untied(model: Architecture): Architecture {
  return { ...model, root: withoutTies(model.root), dimensions: { ...model.dimensions, tiedEmbeddings: false } }
}

/** The module with parameters of its own where linear layers share those of another. Blocks that layers share stay shared. */
function withoutTies(module: Module): Module {
  const { ties, children, sharedWith } = module
  if (sharedWith !== undefined) return module
  const named = Object.entries(children ?? {}).map(([name, child]) => [name, withoutTies(child)])
  const { ties: _, ...own } = module
  return {
    ...(module.linear && ties ? own : module),
    ...(children && { children: Object.fromEntries(named) }),
  }
}
