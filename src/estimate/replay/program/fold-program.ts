import type { Architecture, Loop, Program } from '../../../architecture/index.js'
import { modules } from '../../../architecture/index.js'
import { type FoldableList, type FoldedLayers, foldLists } from '../folding/folded-layers.js'
import type { Named, NamedLayer } from '../submodules.js'
import { loopsIn } from './layer-lists.js'
import { moduleFacts } from './module-facts.js'

/** Leaves out layers of a program that a replay would only repeat (see `foldLayers`). Layers that run more than once stay. */
export function foldProgram(
  architecture: Architecture,
  program: Program,
  kindOf: (layer: NamedLayer) => string = () => '',
): FoldedLayers {
  const facts = moduleFacts(architecture)
  const named = new Map<string, Named>()
  for (const { name, module } of modules(architecture)) if (module.items) named.set(name, { name, module })
  const lists = loopsIn(program.steps).flatMap(({ name, loop }): FoldableList[] => {
    const list = named.get(name)
    if (!list || loop.runs) return []
    const computation = computationOf(loop, program)
    return [{ list, layers: facts.list(name), kindOf: (layer) => `${computation(layer.index)} ${kindOf(layer)}` }]
  })
  return foldLists(architecture, lists)
}

/** What a loop computes in a layer: its steps, and what other steps do with it. */
function computationOf(
  { kindOf, behind, unusedFrom, keeps, remembers }: Loop,
  program: Program,
): (index: number) => string {
  const text = keeps === undefined ? '' : JSON.stringify([program.steps, program.loss])
  return (index) => {
    const isRead = keeps !== undefined && text.includes(`"${keeps}${index}"`)
    const isSpecial = isRead || remembers !== undefined || behind?.[index] !== undefined
    return `${kindOf?.[index]} ${isSpecial ? index : ''} ${unusedFrom !== undefined && index >= unusedFrom}`
  }
}
