import { type Architecture, isTower, modules } from '../../architecture/index.js'
import type { Sense } from '../../architecture/sense.js'
import type { AdapterPlan } from '../lora/adapter-plan.js'
import { baseOf, layersOf } from './submodules.js'

/** The prefixes of the names of parameters that nothing depends on. */
export function idleNames(architecture: Architecture, senses: readonly Sense[]): string[] {
  const isPassed = (name: string) =>
    senses.some(({ passes }) =>
      passes.some((one) => one === name || name.startsWith(`${one}.`) || one.startsWith(`${name}.`)),
    )
  const idle = [...towerNames(architecture), ...layersForImages(architecture)].filter((name) => !isPassed(name))
  return [...idle.map((name) => `${name}.`), ...senses.flatMap(({ unused = [] }) => unused)]
}

/** The names of the tables of `nn.Embedding`s. */
export function embeddingNames(architecture: Architecture): Set<string> {
  const names = new Set<string>()
  for (const { name, module } of modules(architecture))
    if (module.type === 'Embedding' && module.parameters?.['weight'])
      names.add(module.ties?.['weight'] ?? `${name}.weight`)
  return names
}

/** The names of the encoders and projectors beside a language model. */
function towerNames(architecture: Architecture): string[] {
  const names: string[] = []
  for (const { name, module } of modules(architecture)) if (isTower(module.part)) names.push(name)
  return names
}

/** The names of the layers that run with images alone. */
function layersForImages(architecture: Architecture): string[] {
  const indices = new Set(architecture.forward?.layersForImages)
  const base = indices.size > 0 ? baseOf(architecture) : undefined
  return base ? layersOf(base).flatMap(({ index, name }) => (indices.has(index) ? [name] : [])) : []
}

/** The names of the modules that are copied. */
export function savedNames(architecture: Architecture, { isSaved }: AdapterPlan): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { name } of modules(architecture)) if (isSaved(name)) names.add(name)
  return names
}

/** Whether a parameter is in one of the modules, at any depth. */
export function isInside(parameter: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false
  for (let end = parameter.lastIndexOf('.'); end > 0; end = parameter.lastIndexOf('.', end - 1)) {
    if (names.has(parameter.slice(0, end))) return true
  }
  return false
}

/** The module that a parameter belongs to. */
export function moduleOf(parameter: string): string {
  return parameter.slice(0, Math.max(parameter.lastIndexOf('.'), 0))
}

/**
 * Compares parameters as torch lists them: module by module, in each its own, then the copies that PEFT makes of it, then its adapter.
 * Those of equal rank stay as they are.
 *
 * @param nameOf - the name of each parameter, or of the module that an adapter is for
 */
export function inModuleOrder<Parameter>(architecture: Architecture, nameOf: ReadonlyMap<Parameter, string>) {
  let places: Map<string, number> | undefined
  const placeOf = (parameter: Parameter): number => {
    places ??= new Map([...modules(architecture)].map(({ name }, index) => [name, index]))
    const name = nameOf.get(parameter) ?? ''
    return places.get(name) ?? places.get(moduleOf(name)) ?? places.size
  }
  const known = new Map<Parameter, number>()
  const cached = (parameter: Parameter): number => {
    const place = known.get(parameter) ?? placeOf(parameter)
    known.set(parameter, place)
    return place
  }
  return (one: Parameter, other: Parameter): number => cached(one) - cached(other)
}
