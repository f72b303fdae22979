import { familyOf } from '../../architecture/families/index.js'
import { namesOf } from '../../architecture/groups.js'
import { type Architecture, modules, type Path } from '../../architecture/index.js'
import { candidatesOf } from './candidates.js'
import { askedTargets } from './default-targets.js'
import { type AdaptedTensor, convertTargets, parametersNamed } from './fused-experts.js'
import { insideTest, type NameTest } from './match.js'
import type { LoraOptions } from './options.js'
import { excluded, isOutputEmbedding, rankOf, targetsOf } from './targets.js'

/** What is trained of a model with adapters, module by module. */
export interface AdapterPlan {
  /** The rank of a module's adapter; absent if it has none. */
  readonly rankOf: (module: string) => number | undefined
  /** Whether a module is trained whole, as a copy beside the frozen original. */
  readonly isSaved: (module: string) => boolean
  /** Whether the bias of a module of the base model is trained. */
  readonly trainsBias: (module: string) => boolean
  readonly kind: NonNullable<LoraOptions['peftType']>
  /** Whether adapters have a magnitude for each output feature (DoRA). */
  readonly isDora: boolean
  /** Whether adapters drop a part of their inputs. */
  readonly hasDropout: boolean
  /** What is trained in a layer, if that depends on the layer: equal texts for layers that are alike. */
  readonly kindOf: (layer: string) => string
  /** Whether experts of one layer may differ. */
  readonly differsByExpert: boolean
  /** The rank of the adapter of a parameter: PEFT's `target_parameters`, and experts that it finds in one tensor. */
  readonly rankOfParameter: (parameter: string) => number | undefined
  /** Whether any parameter has one. */
  readonly hasParameters: boolean
}

/** Nothing but the model itself. */
export const NO_ADAPTERS: AdapterPlan = {
  rankOf: () => undefined,
  isSaved: () => false,
  trainsBias: () => false,
  kind: 'lora',
  isDora: false,
  hasDropout: false,
  kindOf: () => '',
  differsByExpert: false,
  rankOfParameter: () => undefined,
  hasParameters: false,
}

/** The plan that PEFT's options describe. The options are checked already (see `countLoraParameters`). */
export function adapterPlan(model: Architecture, options: LoraOptions): AdapterPlan {
  const { modulesToSave = [], bias = 'none', useDora = false, loraDropout = 0 } = options
  const { modules, parameters } = ranks(model, options)
  const saved = savedModules(model, modulesToSave)
  const rank = rankIn(modules)
  const rankOfParameter = rankIn(parameters)
  const byName = new Map([...modules.byName, ...parameters.byName])
  const isAdapted = (module: string) => rank(module) ?? rankOfParameter(`${module}.weight`)
  return {
    rankOf: rank,
    rankOfParameter,
    hasParameters: parameters.uniform.size + parameters.byName.size > 0,
    isSaved: (module) => saved.has(module),
    trainsBias: (module) => bias === 'all' || (bias === 'lora_only' && isAdapted(module) !== undefined),
    kind: options.peftType ?? 'lora',
    isDora: useDora,
    hasDropout: loraDropout > 0,
    kindOf: kindsOf(byName, modulesToSave.some((name) => /\d/.test(name)) ? saved : []),
    differsByExpert: [...modules.byName.keys(), ...saved].some((name) => name.includes('.experts.')),
  }
}

/** Ranks by the folded name of what is all alike, and by name where names decide. */
interface Ranks {
  readonly uniform: Map<string, number>
  readonly byName: Map<string, number>
}

function rankIn({ uniform, byName }: Ranks): (name: string) => number | undefined {
  return (name) => byName.get(name) ?? (uniform.size > 0 ? uniform.get(folded(name)) : undefined)
}

/** What is trained in each layer of a list, by the name of the layer. */
function kindsOf(ranks: ReadonlyMap<string, number>, saved: Iterable<string>): AdapterPlan['kindOf'] {
  const kinds = new Map<string, string>()
  const add = (name: string, what: string) => {
    for (const { 0: number, index } of name.matchAll(/(?<=\.)\d+(?=\.|$)/g)) {
      const layer = name.slice(0, index + number.length)
      kinds.set(layer, `${kinds.get(layer) ?? ''} ${name.slice(layer.length)}=${what}`)
    }
  }
  for (const [name, rank] of ranks) add(name, String(rank))
  for (const name of saved) add(name, 'saved')
  return (layer) => kinds.get(layer) ?? ''
}

function ranks(model: Architecture, options: LoraOptions): { readonly modules: Ranks; readonly parameters: Ranks } {
  const candidates = candidatesOf(model)
  const asked = askedTargets(model.family, options)
  const { mergedLayers } = familyOf(model.family) ?? {}
  const converted = mergedLayers && convertTargets(model, candidates, asked, mergedLayers)
  const targets = targetsOf(options, converted?.modules ?? asked)
  const { modulesToSave = [] } = options
  const exclude = [...excluded(options), ...(modulesToSave.length > 0 ? [insideTest(modulesToSave)] : [])]
  const rankFor = rankOf(options)
  const uniform = new Map<string, number>()
  const byName = new Map<string, number>()
  for (const { path, layer } of candidates) {
    if (!layer) continue
    const include: NameTest =
      targets.kind === 'named' ? targets.test : () => layer.kind === 'linear' && !isOutputEmbedding(path)
    const answers = [include(path), ...exclude.map((test) => test(path))]
    const [included = false, ...excludedBy] = answers
    if (included === false || excludedBy.includes(true)) continue
    if (typeof rankFor === 'number' && !answers.some((answer) => typeof answer === 'function')) {
      uniform.set(foldedPath(path), rankFor)
      continue
    }
    for (const name of namesOf(path)) {
      const isIn = included === true || included(name)
      const isOut = excludedBy.some((answer) => typeof answer === 'function' && answer(name))
      if (isIn && !isOut) byName.set(name, typeof rankFor === 'number' ? rankFor : rankFor(name))
    }
  }
  const tensors = [...(converted?.tensors ?? []), ...parametersNamed(model, options.targetParameters ?? [])]
  return { modules: { uniform, byName }, parameters: parameterRanks(tensors, options) }
}

function parameterRanks(tensors: readonly AdaptedTensor[], options: LoraOptions): Ranks {
  const uniform = new Map<string, number>()
  const byName = new Map<string, number>()
  for (const { path, fused } of tensors) {
    const rankFor = rankOf({ ...options, rank: options.rank * fused })
    if (typeof rankFor === 'number') uniform.set(foldedPath(path), rankFor)
    else for (const name of namesOf(path)) byName.set(name, rankFor(name))
  }
  return { uniform, byName }
}

/** The outermost modules whose names end with one of the texts: PEFT copies each with all that is inside it. */
function savedModules(model: Architecture, endings: readonly string[]): ReadonlySet<string> {
  const saved = new Set<string>()
  if (endings.length === 0) return saved
  let inside: string | undefined
  for (const { name } of modules(model)) {
    if (inside !== undefined && name.startsWith(inside)) continue
    inside = undefined
    if (name === '' || !endings.some((ending) => name.endsWith(ending))) continue
    saved.add(name)
    inside = `${name}.`
  }
  return saved
}

/** A name with `#` for each number. */
function folded(name: string): string {
  return name.replace(/(?<=\.)\d+(?=\.|$)/g, '#')
}

function foldedPath(path: Path): string {
  // Modules of a Sequential have numbers for names.
  return path
    .map((component) => (typeof component === 'string' && !/^\d+$/.test(component) ? component : '#'))
    .join('.')
}
