import type { Module, Repeat } from '../../../architecture/index.js'
import type { DecoderModel } from '../decoder-model.js'
import { rowsOf } from '../experts/expert-dispatch.js'
import { baseOf, layersOf, submodule } from '../submodules.js'
import { replaced } from './folded-layers.js'
import type { Gap } from './omitted-layers.js'

/**
 * Leaves out experts that a replay would only repeat, like `foldLayers` leaves out layers: among experts with the same number of rows, the
 * second to the last but two add the same bytes. It works for dispatches that run one expert after the other and sum the results.
 *
 * @param tokens - tokens of a micro-batch, which decide the rows of each expert
 * @param isSelective - whether every second product of matrices is recomputed: then two experts with an odd number of products repeat
 */
export function foldExperts(model: DecoderModel, tokens: number, isSelective: boolean): DecoderModel {
  const { mixture } = model.forward.feedForward
  if (!model.foldsExperts || !mixture || mixture.dispatch === 'sorted' || mixture.router === 'batched') return model
  const omitted = new Map(model.omitted)
  const gaps = new Map(model.gaps)
  const folded = new Map<Module, Folded | undefined>()
  const layers = new Map<Module, Module>()
  for (const { name, module } of model.layers) {
    for (const [key, block] of Object.entries(module.children ?? {})) {
      const list = block.children?.['experts']
      if (list?.items?.length !== 1) continue
      const spread = { chosen: expertsPerToken(list, model), identities: mixture.identityExperts, tokens }
      if (!folded.has(list)) folded.set(list, foldedList(list, spread, isSelective ? 2 : 1))
      const found = folded.get(list)
      if (!found) continue
      layers.set(module, withExperts(module, key, found.list))
      for (const { before, gap } of found.gaps) {
        const names = before.map((index) => `${name}.${key}.experts.${index}`)
        for (const expert of names) omitted.set(expert, gap.count)
        gaps.set(names.at(-1) ?? '', gap)
      }
    }
  }
  return layers.size === 0 ? model : withLayers({ ...model, omitted, gaps }, layers)
}

/** A list of experts with only a few of them. */
interface Folded {
  readonly list: Module
  /** The experts of the repetition before each gap. */
  readonly gaps: readonly { readonly before: readonly number[]; readonly gap: Gap }[]
}

/** How tokens are spread over the experts of a list, and over others that return their input. */
interface Spread {
  readonly chosen: number
  readonly identities: number
  readonly tokens: number
}

/** Experts that stay at the beginning and at the end beside a repetition each. */
const LEAD = 2
const TAIL = 1

function foldedList(list: Module, spread: Spread, period: number): Folded | undefined {
  const [item] = list.items ?? []
  if (!item) return undefined
  const { indices, module } = item
  const left = new Set<number>()
  const gaps: { before: number[]; gap: Gap }[] = []
  for (const row of rowsOfEqualSize(indices, spread)) {
    const count = Math.floor((row.length - LEAD - TAIL) / period) - 2
    if (count * period < 2) continue
    const from = LEAD + period
    for (const index of row.slice(from, from + count * period)) left.add(index)
    gaps.push({ before: row.slice(LEAD, from), gap: { period, count } })
  }
  if (gaps.length === 0) return undefined
  const items = [{ indices: indices.filter((index) => !left.has(index)), module }]
  return { list: { ...list, items, routed: { experts: indices.length, expertsPerToken: spread.chosen } }, gaps }
}

/** The experts that get one row more than the others, the others, and those that get none. */
function rowsOfEqualSize(indices: readonly number[], { chosen, identities, tokens }: Spread): number[][] {
  const rows = rowsOf(tokens, { experts: indices.length + identities, chosen })
  const row = (has: (count: number | undefined) => boolean) => indices.filter((_, place) => has(rows[place]))
  const [most] = rows
  return [row((count) => count === most), row((count) => count !== most && count !== undefined), row((count) => !count)]
}

function expertsPerToken({ routed }: Module, { sizes }: DecoderModel): number {
  return routed?.expertsPerToken ?? sizes.expertsPerToken
}

function withExperts(layer: Module, key: string, experts: Module): Module {
  const block = layer.children?.[key]
  if (!block) return layer
  return { ...layer, children: { ...layer.children, [key]: { ...block, children: { ...block.children, experts } } } }
}

function withLayers(model: DecoderModel, changed: ReadonlyMap<Module, Module>): DecoderModel {
  const { architecture, base } = model
  const list = submodule(base, 'layers')
  const items = list?.module.items?.map(
    ({ indices, module }): Repeat => ({ indices, module: changed.get(module) ?? module }),
  )
  if (!list || !items) return model
  const root = replaced(architecture.root, list.name.split('.'), { ...list.module, items })
  const folded = { ...architecture, root }
  const newBase = baseOf(folded)
  return newBase ? { ...model, architecture: folded, base: newBase, layers: layersOf(newBase) } : model
}
