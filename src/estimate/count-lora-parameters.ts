import { familyOf } from '../architecture/families/index.js'
import { formatIndices } from '../architecture/fold.js'
import { firstNameOf } from '../architecture/groups.js'
import type { Architecture } from '../architecture/index.js'
import { product, sum } from '../architecture/safe-integer.js'
import { distance } from '../options/index.js'
import { checkModel } from './check-model.js'
import { type AdaptedLayer, type Candidate, candidatesOf, type SpecWithLayers } from './lora/candidates.js'
import { askedTargets } from './lora/default-targets.js'
import { type AdaptedTensor, convertTargets, parametersNamed } from './lora/fused-experts.js'
import { insideTest, type NameTest, tally } from './lora/match.js'
import { checkLoraOptions, type LoraOptions } from './lora/options.js'
import { refuseSharedBlocks } from './lora/shared-blocks.js'
import { excluded, isOutputEmbedding, rankOf, type Targets, targetsOf } from './lora/targets.js'
import { trainedWhole } from './lora/trained-whole.js'

/** The parameters that LoRA trains. */
export interface LoraCount {
  /** All trained parameters: adapters, and what `modulesToSave` and `bias` add. */
  readonly trainableParameters: number
  /** How many modules get an adapter. */
  readonly modules: number
  /** Parameters of the adapters alone: A, B, and DoRA's magnitudes. */
  readonly adapterParameters: number
  /** Parameters of the full copies that `modulesToSave` trains. */
  readonly savedParameters: number
  /** Parameters of the base model's biases that `bias` trains. */
  readonly biasParameters: number
  /** The adapted modules; identical ones form one group. */
  readonly targets: readonly LoraTarget[]
}

/** Identical modules with an adapter. */
export interface LoraTarget {
  /** Their name, with numbers folded: `model.layers.{0-31}.self_attn.q_proj`. */
  readonly name: string
  /** How many of the modules behind the name are adapted: all, unless options select some of them. */
  readonly modules: number
  readonly inFeatures: number
  readonly outFeatures: number
  readonly rank: number
  /** Parameters of all their adapters. */
  readonly parameters: number
}

/**
 * Counts what PEFT (0.21) would train: the modules that it adapts with LoRA (Hu et al. 2021, arXiv:2106.09685), and their
 * parameters. Each adapted layer with `in` and `out` features gets `rank * (in + out)` parameters.
 *
 * @param model - an architecture, or a `ModelSpec` with `linear_layers`, which has no embeddings and no biases
 * @throws RangeError for a rank below 1, a family without default targets, or targets that match no module that LoRA can adapt
 * @throws TypeError for an unknown or wrong option, options that exclude each other, or options that a `ModelSpec` has too
 * little information for
 * @example
 * ```ts
 * countLoraParameters(architectureFromConfig(config), { rank: 16, targetModules: ['q_proj', 'v_proj'] })
 * // { trainableParameters: 6815744, modules: 64, … }
 * ```
 */
export function countLoraParameters(model: Architecture | SpecWithLayers, options: LoraOptions): LoraCount {
  checkLoraOptions(options)
  checkModel(model)
  refuseSharedBlocks(model)
  const { modulesToSave = [], bias = 'none', targetParameters = [] } = options
  const candidates = candidatesOf(model)
  const asked = askedTargets(model.family, options)
  const { mergedLayers, loraRefused = [] } = familyOf(model.family) ?? {}
  const converted = mergedLayers && convertTargets(architectureOf(model), candidates, asked, mergedLayers)
  const targets = targetsOf(options, converted?.modules ?? asked)
  const exclude = [...excluded(options), ...(modulesToSave.length > 0 ? [insideTest(modulesToSave)] : [])]
  const adapted = candidates.flatMap((candidate) => adapt(candidate, targets, exclude, options))
  const named =
    targetParameters.length > 0 ? parametersNamed(architectureOf(model, 'targetParameters'), targetParameters) : []
  const whole = [...(converted?.tensors ?? []), ...named]
  refuseBesideLayers(whole, adapted)
  const tensors = whole.flatMap((tensor) => adaptTensor(tensor, options))
  if (adapted.length + tensors.length === 0) throw nothingMatches(candidates, targets)
  const refused = adapted.find(({ name }) => loraRefused.includes(name.split('.').at(-1) ?? ''))
  if (refused)
    throw new RangeError(
      `PEFT does not support LoRA on ${refused.name} of ${model.family}: its kernel would skip the adapter`,
    )

  const all = [...adapted.map(({ layer: _, path: __, type: ___, ...target }) => target), ...tensors]
  const adapterParameters = sum(all.map(({ parameters }) => parameters))
  const { savedParameters, biasParameters: everyBias } = wholeOf(model, modulesToSave, bias)
  const withBias = [...adapted, ...(bias === 'lora_only' ? layersOf(whole, candidates) : [])]
  const biasParameters = bias === 'lora_only' ? sum(withBias.map(biasOf)) : everyBias
  return {
    trainableParameters: sum([adapterParameters, savedParameters, biasParameters]),
    modules: sum(all.map(({ modules }) => modules)),
    adapterParameters,
    savedParameters,
    biasParameters,
    targets: all,
  }
}

interface Adapted extends LoraTarget {
  readonly path: Candidate['path']
  readonly type: string
  readonly layer: AdaptedLayer
}

function adapt(
  { path, count, type, layer }: Candidate,
  targets: Targets,
  exclude: readonly NameTest[],
  options: LoraOptions,
): Adapted[] {
  const include = targets.kind === 'named' ? targets.test : () => layer?.kind === 'linear' && !isOutputEmbedding(path)
  const byRank = tally(path, count, { include, exclude, rankFor: rankOf(options) })
  if (byRank.size > 0 && layer === undefined) {
    throw new RangeError(
      /^Conv\dd$/.test(type)
        ? `LoRA on convolutions is not estimated, such as on ${firstNameOf(path)}, a ${type}: target linear layers and embeddings alone`
        : `PEFT does not support LoRA on ${firstNameOf(path)}, a ${type}: only on linear layers and embeddings`,
    )
  }
  if (layer === undefined) return []
  if (byRank.size > 0 && layer.kind === 'embedding' && options.peftType && options.peftType !== 'lora')
    throw new RangeError(`PEFT does not support ${options.peftType} on ${firstNameOf(path)}, an embedding`)
  const { inFeatures, outFeatures } = layer
  const name = path.map((component) => (typeof component === 'string' ? component : formatIndices(component))).join('.')
  return [...byRank].map(([rank, modules]) => {
    const perModule = parametersOf(options, { rank, inFeatures, outFeatures })
    const parameters = product([modules, perModule])
    return { name, modules, inFeatures, outFeatures, rank, parameters, path, type, layer }
  })
}

/** What one adapter trains. */
function parametersOf(
  { peftType = 'lora', useDora = false }: LoraOptions,
  { rank, inFeatures, outFeatures }: Pick<LoraTarget, 'rank' | 'inFeatures' | 'outFeatures'>,
): number {
  if (peftType === 'vera') return sum([rank, outFeatures])
  const matrices = product([rank, sum([inFeatures, outFeatures])])
  return sum([matrices, useDora ? outFeatures : 0, peftType === 'adalora' ? rank : 0])
}

/** LoRA on a tensor: a pair of matrices for each expert, or one pair if it has two dimensions. */
function adaptTensor({ name, path, count, shape, fused }: AdaptedTensor, options: LoraOptions): LoraTarget[] {
  if (options.useDora || options.loraDropout)
    throw new RangeError(
      `PEFT does not support ${options.useDora ? 'DoRA' : 'dropout of adapters'} on ${name}, a tensor of experts`,
    )
  const rankFor = rankOf({ ...options, rank: options.rank * fused })
  const [outFeatures = 0, inFeatures = 0] = shape.slice(-2)
  const experts = shape.length > 2 ? (shape[0] ?? 0) : 1
  return [...tally(path, count, { include: () => true, exclude: [], rankFor })].map(([rank, modules]) => {
    const parameters = product([modules, experts, rank, sum([inFeatures, outFeatures])])
    return { name, modules, inFeatures, outFeatures, rank, parameters }
  })
}

function architectureOf(model: Architecture | SpecWithLayers, option?: string): Architecture {
  if ('root' in model) return model
  throw needsArchitecture(option ?? `The family ${model.family}, whose experts are trained in tensors,`)
}

/**
 * Refuses what PEFT refuses of parameters beside layers (`create_and_replace_param` in `tuners_utils.py`, `ParamWrapper.__init__`).
 *
 * @throws RangeError that names the parameter
 */
function refuseBesideLayers(tensors: readonly AdaptedTensor[], adapted: readonly Adapted[]): void {
  const [first] = tensors
  if (!first) return
  const layers = new Map(adapted.map(({ path, name }) => [JSON.stringify(path), name]))
  const clash = tensors.find(({ path }) => layers.has(JSON.stringify(path.slice(0, -1))))
  if (clash)
    throw new RangeError(
      `PEFT cannot adapt ${clash.name}, whose layer has an adapter already: name it in targetParameters or targetModules, not in both`,
    )
  const transposed = adapted.find(({ type }) => type === 'Conv1D')
  if (transposed)
    throw new RangeError(
      `PEFT cannot adapt ${first.name} together with ${transposed.name}, a Conv1D, which sets fan_in_fan_out: leave one of them out`,
    )
}

/** The linear layers whose weight or bias is adapted as a parameter. */
function layersOf(tensors: readonly AdaptedTensor[], candidates: readonly Candidate[]) {
  const modules = new Set(tensors.map(({ path }) => JSON.stringify(path.slice(0, -1))))
  return candidates.flatMap(({ path, count, layer }) =>
    layer && modules.has(JSON.stringify(path)) ? [{ modules: count, layer }] : [],
  )
}

function biasOf({ modules, layer }: Pick<Adapted, 'modules' | 'layer'>): number {
  if (layer.biasParameters === undefined) throw needsArchitecture("bias: 'lora_only'")
  return product([modules, layer.biasParameters])
}

function wholeOf(model: Architecture | SpecWithLayers, modulesToSave: readonly string[], bias: LoraOptions['bias']) {
  if (modulesToSave.length === 0 && bias !== 'all') return { savedParameters: 0, biasParameters: 0 }
  if (!('root' in model)) throw needsArchitecture(modulesToSave.length > 0 ? 'modulesToSave' : "bias: 'all'")
  const { savedParameters, biasParameters } = trainedWhole(model, modulesToSave)
  return { savedParameters, biasParameters: bias === 'all' ? biasParameters : 0 }
}

function needsArchitecture(option: string): TypeError {
  return new TypeError(`${option} needs an Architecture: a ModelSpec lists only linear layers, without their biases`)
}

/** The error for targets that match no module, with the nearest names. */
function nothingMatches(candidates: readonly Candidate[], targets: Targets): RangeError {
  const names = new Set(candidates.filter(({ layer }) => layer).map(({ path }) => String(path.at(-1))))
  if (targets.kind === 'all-linear') return new RangeError('No linear layer is left to adapt with LoRA')
  const asked = (targets.asked.split(', ')[0] ?? '').slice(0, 64)
  const away = (name: string) => distance(name, asked)
  const near = [...names].sort((a, b) => away(a) - away(b)).slice(0, 6)
  return new RangeError(`No module is called ${targets.asked}. LoRA can adapt: ${near.join(', ')}`)
}
