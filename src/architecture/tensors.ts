import type { ModuleTree, Tie } from './architecture.js'
import type { LinearFeatures, Module, Shape } from './module.js'

/** One parameter tensor. */
export interface Parameter {
  /** The name in the checkpoint: `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string
  readonly shape: Shape
}

/** One linear layer, which an adapter can be applied to. */
export interface LinearLayer extends LinearFeatures {
  /** The module name in torch: `model.layers.0.self_attn.q_proj`. */
  readonly name: string
}

/**
 * Generates every unique parameter of a model, in the order of torch's `named_parameters`. A tied parameter comes once, under its first name.
 *
 * @example
 * ```ts
 * for (const { name, shape } of parameters(architectureFromConfig(config))) console.log(name, shape)
 * ```
 */
export function* parameters(architecture: ModuleTree): Generator<Parameter> {
  for (const { name: prefix, module } of modules(architecture)) {
    for (const [name, shape] of Object.entries(module.parameters ?? {})) {
      if (module.ties?.[name] === undefined) yield { name: join(prefix, name), shape }
    }
  }
}

/** Generates the tied parameters: each is another parameter under a second name. */
export function* ties(architecture: ModuleTree): Generator<Tie> {
  for (const { name: prefix, module } of modules(architecture)) {
    for (const [name, to] of Object.entries(module.ties ?? {})) yield { name: join(prefix, name), to }
  }
}

/** Generates every `nn.Linear` and `Conv1D` of a model. */
export function* linearLayers(architecture: ModuleTree): Generator<LinearLayer> {
  for (const { name, module } of modules(architecture)) {
    if (module.linear && module.sharedWith === undefined) yield { name, ...module.linear }
  }
}

/** Generates every module of a model with its name, in the order of torch's `named_modules`: the root first, then layer by layer. */
export function* modules({ root }: ModuleTree): Generator<{ name: string; module: Module }> {
  // An explicit stack: nested generators would pass each module up through every level.
  const open = [{ name: '', module: root }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next
    const { children, items } = next.module
    if (children || items) for (const module of below(next.name, next.module).reverse()) open.push(module)
  }
}

function below(name: string, { children = {}, items = [] }: Module): { name: string; module: Module }[] {
  const named = Object.entries(children).map(([key, module]) => ({ name: join(name, key), module }))
  const numbered = items.flatMap(({ indices, module }) => indices.map((index) => ({ index, module })))
  numbered.sort((a, b) => a.index - b.index)
  return [...named, ...numbered.map(({ index, module }) => ({ name: join(name, String(index)), module }))]
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`
}
