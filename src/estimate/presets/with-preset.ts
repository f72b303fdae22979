import { ofType } from '../finetuning-run.js'
import type { MemoryOptions } from '../memory-options.js'
import { methodOf } from '../methods.js'
import { hasSeveralSteps } from '../optimizers.js'
import { strategyOf } from '../sharding-options.js'
import {
  ANY_MODEL,
  type Preset,
  type PresetModel,
  type PresetOptions,
  type PresetRun,
  type PresetValue,
} from './preset.js'
import { presetOf } from './presets.js'

/** Options after a preset filled in what was not given. */
export interface Applied {
  readonly options: MemoryOptions
  /** What the preset filled in, with its sources. */
  readonly sentences: readonly string[]
}

/**
 * Fills in the options that were not given from the preset that `preset` names, if it names one. A class with a loss of its own keeps it:
 * frameworks replace that of language models only.
 *
 * @throws TypeError for a run that the framework does not allow
 * @example
 * withPreset({ preset: 'trl', method: 'lora' }).options.autocast // true
 */
export function withPreset(given: MemoryOptions, model: PresetModel = ANY_MODEL): Applied {
  const { preset: name } = given
  if (name === undefined) return { options: given, sentences: [] }
  const preset = presetOf(name)
  let options = given
  const sentences: string[] = []
  for (const value of preset.values) {
    const { options: asked, when } = value
    const run = runOf(options, model)
    if (run.trains === 'nothing' || (when && !when(run))) continue
    const news = newsIn(asked, options, model.ownLoss)
    if (Object.keys(news).length === 0) continue
    options = filledWith(news, options)
    sentences.push(sentence(name, preset, news, value))
  }
  const run = runOf(options, model)
  const refusal = run.trains === 'nothing' ? undefined : preset.refuses.find(({ when }) => when(run))
  if (refusal) throw new TypeError(`preset ${name}: ${refusal.reason}`)
  return { options, sentences }
}

/** What is known of a run. */
export function runOf(
  options: MemoryOptions,
  { hasRouterLoss, weighsRouterLoss, asksForRouters } = ANY_MODEL,
): PresetRun {
  const { trains, quantization } = methodOf(options.method ?? 'full')
  const { sharding, world } = options
  const recompute = options.recompute ?? (options.gradientCheckpointing === false ? 'none' : 'layers')
  const ranks = sharding?.ranks ?? world ?? 1
  return {
    trains,
    storage: options.quantization ?? quantization,
    isRecomputed: recompute !== 'none',
    isSelective: recompute === 'selective',
    isReentrant: options.reentrant ?? false,
    strategy: sharding?.strategy ?? (ranks > 1 ? 'fsdp2' : 'none'),
    ranks,
    tensor: options.layout?.tensor ?? 1,
    pipeline: options.layout?.pipeline ?? 1,
    sharesVocabulary: options.layout?.sequenceParallel ?? false,
    accumulates: (options.gradientAccumulation ?? 1) > 1,
    optimizer: options.optimizer,
    hasRouterLoss,
    weighsRouterLoss,
    addsRouterLoss: hasRouterLoss && (options.outputRouterLogits ?? asksForRouters),
    type: options.finetuningType,
    part: ofType(options.finetuningType).part,
    learnsFromPreferences: ofType(options.finetuningType).ownLoss,
  }
}

/** The options of a preset that were not given, and that mean something in this run. */
function newsIn({ lora, sharding, ...plain }: PresetOptions, options: MemoryOptions, ownLoss: boolean): PresetOptions {
  const { strategy, ranks } = runOf(options)
  const sharesParameters = ranks > 1 && strategyOf(strategy).shares === 'parameters'
  const adapters = ofType(options.finetuningType).tokens ? {} : absent(lora, options.lora)
  const shares = absent(sharding, options.sharding, (name) =>
    name === 'offloadedBy'
      ? (options.sharding?.offload?.includes('activations') ?? false)
      : name === 'offload' || sharesParameters,
  )
  // Without a rank, the default adapters of the estimate stay as they are.
  const hasRank = (options.lora?.rank ?? adapters.rank) !== undefined
  return {
    ...absent(plain, options, (name, value) => hasUse(name, value, options, ownLoss)),
    ...(hasRank && Object.keys(adapters).length > 0 && { lora: adapters }),
    ...(Object.keys(shares).length > 0 && { sharding: shares }),
  }
}

/** The asked options that are not among the given ones. */
function absent<Options extends object>(
  asked: Options = {} as Options,
  given: Partial<Record<keyof Options, unknown>> = {},
  hasUseHere: (name: string, value: unknown) => boolean = () => true,
): Partial<Options> {
  const entries = Object.entries(asked).filter(
    ([name, value]) => given[name as keyof Options] === undefined && hasUseHere(name, value),
  )
  return Object.fromEntries(entries) as Partial<Options>
}

/** Whether an option can be set beside what is given: a preset contradicts nobody. */
function hasUse(name: string, value: unknown, options: MemoryOptions, isOfClass: boolean): boolean {
  const { method, loss, optimizer = 'adamw', optimizerStep, gradientAccumulation = 1 } = options
  const { ownLoss, tokens } = ofType(options.finetuningType)
  if (isOfClass && OF_LOSSES.includes(name)) return false
  // Log-probabilities from all logits are the only other loss of preferences.
  if (ownLoss && OF_LOSSES.includes(name)) return name === 'loss' && value === 'logits'
  if (tokens === 'prefixes' && (name === 'recompute' || name === 'gradientCheckpointing')) return false
  const isWhole = loss === undefined || loss === 'logits' || loss === 'fused'
  if (name === 'recompute') return options.gradientCheckpointing === undefined
  if (name === 'reentrant') return runOf(options).isRecomputed
  if (name === 'lossLogits') return isWhole
  if (name === 'keepOutputs') return isWhole || loss === 'chunked'
  if (name === 'loss') return options.lossLogits === undefined && options.keepOutputs !== true
  // DeepSpeed casts adapters to the dtype of the weights.
  if (name === 'adapterDtype') return !runOf(options).strategy.startsWith('zero')
  if (name === 'autocast') return method !== 'full-mixed'
  if (name === 'optimizer') return optimizerStep === undefined
  if (name === 'optimizerStep') return value === 'in-backward' ? gradientAccumulation === 1 : hasSeveralSteps(optimizer)
  return true
}

const OF_LOSSES: readonly string[] = ['loss', 'lossLogits', 'keepOutputs']

function filledWith({ lora, sharding, ...plain }: PresetOptions, options: MemoryOptions): MemoryOptions {
  const { strategy, ranks } = runOf(options)
  const rank = options.lora?.rank ?? lora?.rank
  const { world: _, ...others } = options
  return {
    ...(sharding ? others : options),
    ...plain,
    ...(lora && rank !== undefined && { lora: { ...options.lora, ...lora, rank } }),
    ...(sharding && { sharding: { strategy, ranks, ...options.sharding, ...sharding } }),
  }
}

function sentence(
  name: string,
  { package: pack, version }: Preset,
  news: PresetOptions,
  { source, from = `${pack} ${version}` }: PresetValue,
): string {
  const values = Object.entries(news).map(
    ([option, value]) => `${option} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
  )
  return `preset ${name}: ${values.join(', ')} (${from}, ${source})`
}
