import { type Children, container, type Module } from '../module.js'

/** The classes of a family by what follows the family's name: `ForCausalLM`, `Model`. The first is its language model. */
export type ModelClasses = Readonly<Record<string, () => Module>>

/** A class chosen from a family's. */
export interface ChosenClass {
  readonly className: string
  readonly root: Module
  readonly notes: readonly string[]
}

/**
 * The class that `architectures` names, or the family's language model.
 *
 * A class of the same task under another family's name, as in configs with code of their own, is the family's; an
 * unheard-of one is taken for the language model, and a note says so.
 *
 * @param name - what the names of the family's classes begin with: `Llama`
 * @param wanted - the first of the config's `architectures`
 */
export function chooseClass(name: string, wanted: string | undefined, classes: ModelClasses): ChosenClass {
  const suffixes = Object.keys(classes)
  const exact = suffixes.find((suffix) => wanted === name + suffix)
  const alike = suffixes.find((suffix) => suffix.startsWith('For') && wanted?.endsWith(suffix))
  const suffix = exact ?? alike ?? suffixes[0] ?? ''
  const className = name + suffix
  const known = wanted === undefined || exact !== undefined || alike !== undefined
  const notes = known ? [] : [`The class ${wanted} is not known; ${className} is described.`]
  return { className, root: classes[suffix]?.() ?? { type: className }, notes }
}

/** A class of a family: the base model under its prefix, and a head beside it. */
export function withHead(className: string, prefix: string, base: Module, head: Children): Module {
  const heads = Object.entries(head).map(([name, module]) => [name, module && { part: 'head' as const, ...module }])
  return container(className, { [prefix]: base, ...Object.fromEntries(heads) })
}
