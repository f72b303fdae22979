import { type Children, container, type Module } from '../module.js'

/** The classes of a family by their suffix: `ForCausalLM`, `Model`. The first is its language model. */
export type ModelClasses = Readonly<Record<string, () => Module>>

/** The chosen class of a family. */
export interface ChosenClass {
  readonly className: string
  readonly root: Module
  readonly notes: readonly string[]
}

/**
 * Chooses the class that `architectures` names, or the family's language model.
 *
 * A class with another family's prefix, as in configs with custom code, is read as the family's class for the same task.
 * For an unknown class the language model is used. A note says so.
 *
 * @param name - the prefix of the family's class names: `Llama`
 * @param wanted - the first of the config's `architectures`
 * @param otherNames - other prefixes of the same classes
 */
export function chooseClass(
  name: string,
  wanted: string | undefined,
  classes: ModelClasses,
  otherNames: readonly string[] = [],
): ChosenClass {
  const suffixes = Object.keys(classes)
  const names = [name, ...otherNames]
  const exact = suffixes.find((suffix) => names.some((known) => wanted === known + suffix))
  const alike = suffixes.find((suffix) => suffix.startsWith('For') && wanted?.endsWith(suffix))
  const suffix = exact ?? alike ?? suffixes[0] ?? ''
  const className = wanted !== undefined && exact !== undefined ? wanted : name + suffix
  const isKnown = (): boolean =>
    names.some((known) => spelling(known + (exact ?? alike ?? '')) === spelling(wanted ?? ''))
  const notes = wanted === undefined || isKnown() ? [] : [`Unknown class ${wanted}: ${className} is described instead.`]
  return { className, root: classes[suffix]?.() ?? { type: className }, notes }
}

/** A class name without what its authors write differently: `PhiMoE` and `Phimoe`, `Kimi_K25` and `KimiK25`. */
function spelling(className: string): string {
  return className.replaceAll('_', '').toLowerCase()
}

/** A class of a family: the base model under its prefix, and a head next to it. */
export function withHead(className: string, prefix: string, base: Module, head: Children, isHeadFirst = false): Module {
  const entries = Object.entries(head).map(([name, module]) => [name, module && { part: 'head' as const, ...module }])
  const heads = Object.fromEntries(entries)
  return container(className, isHeadFirst ? { ...heads, [prefix]: base } : { [prefix]: base, ...heads })
}
