import type { ModuleTree } from './architecture.js'
import { isTower, type LinearFeatures, type Module, type Part, type RoutedExperts, type Shape } from './module.js'

/** The path of a module: names, and for a list the indices of all equal modules. */
export type Path = readonly (string | readonly number[])[]

/** A group of equal modules: the same place in each repetition. */
export interface ModuleGroup {
  readonly path: Path
  readonly module: Module
  /** The number of modules: the product of the numbers of indices in `path`. */
  readonly count: number
  /** The part of the model that they belong to. */
  readonly part: Part
  /** Inside routed experts: how many of them one token uses. */
  readonly routed: RoutedExperts | undefined
}

/** Equal parameters of equal modules. */
export interface ParameterGroup extends Omit<ModuleGroup, 'module'> {
  readonly shape: Shape
  /** For tied parameters: the full name of the parameter that they share. */
  readonly tiedTo: string | undefined
}

/** Equal linear layers. */
export interface LinearGroup extends ModuleGroup {
  readonly linear: LinearFeatures
}

/**
 * The modules of a model, grouped by equality. All counting builds on this. The number of groups is the number of modules
 * in the description, however often each is repeated.
 */
export function* moduleGroups(architecture: ModuleTree): Generator<ModuleGroup> {
  const groups: ModuleGroup[] = []
  collect({ path: [], module: architecture.root, count: 1, part: 'other', routed: undefined }, groups)
  yield* groups
}

/** The parameters of a model, grouped by equality. A tied one is listed under each of its names. */
export function* parameterGroups(architecture: ModuleTree): Generator<ParameterGroup> {
  for (const { path, module, count, part, routed } of moduleGroups(architecture)) {
    for (const [name, shape] of Object.entries(module.parameters ?? {})) {
      yield { path: [...path, name], shape, tiedTo: module.ties?.[name], count, part, routed }
    }
  }
}

/** The linear layers of a model, grouped by equality. A shared one is listed under its first name. */
export function* linearGroups(architecture: ModuleTree): Generator<LinearGroup> {
  for (const group of moduleGroups(architecture)) {
    const { linear, sharedWith } = group.module
    if (linear && sharedWith === undefined) yield { ...group, linear }
  }
}

/** Every name that a path matches. */
export function* namesOf(path: Path): Generator<string> {
  yield* namesFrom(path, 0, '')
}

/** The first name that a path matches. */
export function firstNameOf(path: Path): string {
  return path.map((component) => (typeof component === 'string' ? component : String(component[0]))).join('.')
}

/** Adds a group and those below it. A list is much faster here than generators within generators. */
function collect(group: ModuleGroup, groups: ModuleGroup[]): void {
  const { path, module, count } = group
  const part = isTower(group.part) ? group.part : (module.part ?? group.part)
  const routed = module.routed ?? group.routed
  groups.push({ path, module, count, part, routed })
  for (const [name, child] of Object.entries(module.children ?? {})) {
    collect({ path: [...path, name], module: child, count, part, routed }, groups)
  }
  for (const { indices, module: item } of module.items ?? []) {
    collect({ path: [...path, indices], module: item, count: count * indices.length, part, routed }, groups)
  }
}

function* namesFrom(path: Path, place: number, prefix: string): Generator<string> {
  const component = path[place]
  if (component === undefined) {
    yield prefix
    return
  }
  const choices = typeof component === 'string' ? [component] : component
  for (const choice of choices) yield* namesFrom(path, place + 1, place === 0 ? `${choice}` : `${prefix}.${choice}`)
}
