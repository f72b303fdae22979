import { type Architecture, parameterGroups, totalParameters } from '../architecture/index.js'
import { product, sum } from '../architecture/safe-integer.js'
import { boolean, checkOptions, choice, integer, nested, type OptionTable, required } from '../options/index.js'
import type { FinetuningType } from '../schemas/index.js'
import { countLoraParameters } from './count-lora-parameters.js'
import { defaultLora } from './lora/default-lora.js'
import { LORA_OPTIONS, type LoraOptions } from './lora/options.js'
import { decoderLayers } from './shard/shrink.js'
import { encodedPrompt, prefixes, prompt } from './virtual-tokens.js'

/** How a model is fine-tuned. */
export interface TrainableOptions {
  /** One of the API page's types. */
  readonly finetuningType: FinetuningType
  /** The adapters of LoRA and its kin. The preference methods train them in place of all weights if they are given. */
  readonly lora?: LoraOptions
  /** The number of virtual tokens that prompt, prefix and p-tuning train. */
  readonly numVirtualTokens?: number
  /** The width of the encoder of p-tuning, and of the projection of prefixes. Default: that of a token. */
  readonly encoderHiddenSize?: number
  /** Whether prefixes are projected by a small network, PEFT's `prefix_projection`. Default: no. */
  readonly prefixProjection?: boolean
  /** How many decoder layers `top_layers` trains, from the last one down. */
  readonly layers?: number
}

/** What is trained, and which other models are in memory with it. */
export interface TrainableCount {
  readonly trainableParameters: number
  /** Frozen models beside the trained one. */
  readonly heldModels: readonly HeldModel[]
  /** What is counted, in a sentence. */
  readonly trains: string
}

/** A frozen model beside the trained one. */
export type HeldModel = 'reference' | 'reward'

/** Every type, as a check. */
const TYPES = [
  'lora_merged',
  'all_weights',
  'last_layer',
  'top_layers',
  'gradual_unfreezing',
  'bias_only',
  'attention_only',
  'lora',
  'qlora',
  'adalora',
  'dora',
  'lora_plus',
  'prompt_tuning',
  'prefix_tuning',
  'p_tuning',
  'p_tuning_v2',
  'soft_prompt',
  'ppo',
  'dpo',
  'cdpo',
  'ipo',
  'orpo',
  'kto',
  'rrhf',
  'grpo',
] as const satisfies readonly FinetuningType[]

/** The checks for the options of `countTrainableParameters`. */
export const TRAINABLE_OPTIONS: OptionTable<TrainableOptions> = {
  finetuningType: required(choice(TYPES)),
  lora: nested(LORA_OPTIONS),
  numVirtualTokens: integer(1, 1_000_000_000),
  encoderHiddenSize: integer(1, 1_000_000_000),
  prefixProjection: boolean,
  layers: integer(1, 1_000_000),
}

/**
 * Counts the parameters that a type of fine-tuning trains, as PEFT 0.21 and TRL 1.16 do.
 *
 * @param model - an architecture
 * @throws TypeError for an unknown or wrong option, an option that the type does not use, or one that it needs
 * @throws RangeError for adapters that match no module, or more layers than the model has
 * @example
 * ```ts
 * countTrainableParameters(architectureFromConfig(config), { finetuningType: 'p_tuning', numVirtualTokens: 20 })
 * // { trainableParameters: 50413568, heldModels: [], trains: 'the encoder of 20 virtual tokens' }
 * ```
 */
export function countTrainableParameters(model: Architecture, options: TrainableOptions): TrainableCount {
  checkOptions(options, TRAINABLE_OPTIONS)
  const { finetuningType } = options
  const { uses, count } = FINETUNING[finetuningType]
  for (const name of ['lora', 'numVirtualTokens', 'encoderHiddenSize', 'prefixProjection', 'layers'] as const) {
    if (options[name] !== undefined && !uses.includes(name)) {
      throw new TypeError(`\`${name}\` has no meaning with the fine-tuning type ${finetuningType}`)
    }
  }
  return { heldModels: [], ...count(model, options) }
}

type Count = Omit<TrainableCount, 'heldModels'> & Partial<Pick<TrainableCount, 'heldModels'>>

/** How one type is counted, and which options it uses. */
interface Finetuning {
  readonly uses: readonly Exclude<keyof TrainableOptions, 'finetuningType'>[]
  readonly count: (model: Architecture, options: TrainableOptions) => Count
}

const WHOLE: Finetuning = {
  uses: [],
  count: (model) => ({ trainableParameters: totalParameters(model), trains: 'all weights' }),
}

const LORA: Finetuning = {
  uses: ['lora'],
  count: (model, { lora = defaultLora(model.family) }) => ({
    trainableParameters: countLoraParameters(model, lora).trainableParameters,
    trains: `adapters of rank ${lora.rank}`,
  }),
}

const PREFIX: Finetuning = {
  uses: ['numVirtualTokens', 'encoderHiddenSize', 'prefixProjection'],
  count(model, options) {
    const { prefixProjection = false, encoderHiddenSize } = options
    return prefixes(model, needed(options, 'numVirtualTokens'), prefixProjection ? { encoderHiddenSize } : undefined)
  },
}

const PROMPT: Finetuning = {
  uses: ['numVirtualTokens'],
  count: (model, options) => prompt(model, needed(options, 'numVirtualTokens')),
}

/** A method that learns from preferences, with the frozen models that it needs. */
function preference(held: readonly HeldModel[]): Finetuning {
  return {
    uses: ['lora'],
    count: (model, options) => {
      const own = options.lora ? LORA : WHOLE
      // With adapters, the reference is the model with its adapters off (TRL).
      const heldModels = held.filter((one) => one !== 'reference' || options.lora === undefined)
      return { ...own.count(model, options), heldModels }
    },
  }
}

const FINETUNING: Readonly<Record<FinetuningType, Finetuning>> = {
  all_weights: WHOLE,
  // After the last step everything is trained.
  gradual_unfreezing: WHOLE,
  last_layer: { uses: [], count: (model) => topLayers(model, 1) },
  top_layers: { uses: ['layers'], count: (model, options) => topLayers(model, needed(options, 'layers')) },
  bias_only: {
    uses: [],
    count: (model) => ({
      trainableParameters: sizeOf(model, ({ path }) => path.at(-1) === 'bias'),
      trains: 'all biases (BitFit, arXiv:2106.10199)',
    }),
  },
  attention_only: {
    uses: [],
    count: (model) => ({
      trainableParameters: sizeOf(model, ({ part }) => part === 'attention'),
      trains: 'the weights and biases of attention',
    }),
  },
  lora: LORA,
  qlora: LORA,
  lora_merged: LORA,
  lora_plus: LORA,
  dora: {
    uses: ['lora'],
    count: (model, { lora = defaultLora(model.family) }) => ({
      trainableParameters: countLoraParameters(model, { ...lora, useDora: true }).trainableParameters,
      trains: `adapters of rank ${lora.rank}, and a magnitude for each output feature`,
    }),
  },
  adalora: {
    uses: ['lora'],
    count: (model, { lora = defaultLora(model.family) }) => {
      const { trainableParameters, targets } = countLoraParameters(model, lora)
      // A singular value for each rank (Zhang et al. 2023, arXiv:2303.10512).
      const values = sum(targets.map(({ modules, rank }) => product([modules, rank])))
      return {
        trainableParameters: sum([trainableParameters, values]),
        trains: `adapters of the initial rank ${lora.rank}, with a singular value for each rank`,
      }
    },
  },
  prompt_tuning: PROMPT,
  soft_prompt: PROMPT,
  prefix_tuning: PREFIX,
  p_tuning_v2: PREFIX,
  p_tuning: {
    uses: ['numVirtualTokens', 'encoderHiddenSize'],
    count: (model, options) => encodedPrompt(model, needed(options, 'numVirtualTokens'), options.encoderHiddenSize),
  },
  ppo: {
    uses: ['lora'],
    count: (model, options) => {
      const policy = preference(['reference', 'reward']).count(model, options)
      // The value model is trained with the policy: the same body with one output (`PPOTrainer` of TRL).
      const { hiddenSize } = model.dimensions
      const head = sizeOf(model, ({ path }) => path.length === 2 && /^(lm_head|embed_out)$/.test(String(path[0])))
      const value = totalParameters(model) - head + hiddenSize
      return {
        ...policy,
        trainableParameters: sum([policy.trainableParameters, value]),
        trains: `${policy.trains} of the policy, and all weights of a value model`,
      }
    },
  },
  dpo: preference(['reference']),
  cdpo: preference(['reference']),
  ipo: preference(['reference']),
  kto: preference(['reference']),
  grpo: preference(['reference']),
  orpo: preference([]),
  rrhf: preference([]),
}

type Group = ReturnType<typeof parameterGroups> extends Iterable<infer Each> ? Each : never

function sizeOf(model: Pick<Architecture, 'root'>, counts: (group: Group) => boolean): number {
  return sum([...parameterGroups(model)].filter(counts).map(({ shape, count }) => product([...shape, count])))
}

/** The last decoder layers. */
function topLayers(model: Architecture, count: number): Count {
  const items = decoderLayers(model)
  const indices = items.flatMap((item) => item.indices).sort((a, b) => b - a)
  if (count > indices.length) {
    throw new RangeError(`\`layers\` is ${count}, but the model has ${indices.length} decoder layers`)
  }
  const top = new Set(indices.slice(0, count))
  const kept = items.map(({ indices: all, module }) => ({ indices: all.filter((index) => top.has(index)), module }))
  const root = { type: 'ModuleList', items: kept.filter((item) => item.indices.length > 0) }
  return {
    trainableParameters: sizeOf({ ...model, root }, () => true),
    trains: count === 1 ? 'the last decoder layer' : `the last ${count} decoder layers`,
  }
}

function needed(options: TrainableOptions, name: 'numVirtualTokens' | 'layers'): number {
  const value = options[name]
  if (value !== undefined) return value
  throw new TypeError(`\`${name}\` is missing: the fine-tuning type ${options.finetuningType} needs it`)
}
