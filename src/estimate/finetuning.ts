/** What each type of fine-tuning trains. To add a type, add a row. */
import { type Architecture, parameterGroups, totalParameters } from '../architecture/index.js'
import { product, sum } from '../architecture/safe-integer.js'
import type { FinetuningType } from '../schemas/index.js'
import { isOfAttention } from './attention-parameters.js'
import { countLoraParameters } from './count-lora-parameters.js'
import { defaultLora } from './lora/default-lora.js'
import { decoderLayers } from './shard/decoder-layers.js'
import type { HeldModel, TrainableCount, TrainableOptions } from './trainable-count.js'
import { encodedPrompt, prefixes, prompt } from './virtual-tokens.js'

type Count = Omit<TrainableCount, 'heldModels'> & Partial<Pick<TrainableCount, 'heldModels'>>

/** How one type is counted, and which options it uses. */
export interface Finetuning {
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

/** How each of the API page's types is counted. */
export const FINETUNING: Readonly<Record<FinetuningType, Finetuning>> = {
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
      trainableParameters: sizeOf(model, isOfAttention(model)),
      trains: 'the weights and biases of attention, and the norms inside it',
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
      const { trainableParameters } = countLoraParameters(model, { ...lora, peftType: 'adalora' })
      return {
        trainableParameters,
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

/** Every type. A record has its keys in the order of the table. */
export const FINETUNING_TYPES = Object.keys(FINETUNING) as readonly FinetuningType[]

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
