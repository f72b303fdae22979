import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { type BertOptions, bertDropout, bertPooling, bertSteps, hasAbsolutePositions, placesOf } from './bert.js'
import { type BertClasses, bertClasses } from './bert-classes.js'
import { bertBuffers } from './bert-embeddings.js'
import { call, set } from './build.js'
import type { Program } from './program.js'
import type { Call, Step, Steps } from './steps.js'
import { textEncoder } from './text-encoder.js'

/** A family of BERT's kind: its names, and how it differs. */
export interface BertProgram
  extends Pick<BertClasses, 'prefix' | 'predictor' | 'classifier'>,
    Omit<BertOptions, 'activation' | 'dropout'> {
  /** Whether it has BERT's kinds of positions (`position_embedding_type`). Default: yes. */
  readonly choosesPositions?: boolean
  /** The prefix of its class names. */
  readonly name: string
  /** Whether the base model ends with a pooler. Default: yes. */
  readonly pools?: boolean
  /** Whether its classes have the pooler where nothing uses it, too. Default: no. */
  readonly poolsAlways?: boolean
  /** Whether its embeddings have buffers. Default: yes. */
  readonly hasBuffers?: boolean
  /** The class default of `hidden_act`. Default: `gelu`. */
  readonly defaultActivation?: string
  /** The class default of `max_position_embeddings`. Default: 512. */
  readonly contextTokens?: number
  /** The field with the rate of dropout in front of classifiers. Default: `classifier_dropout`. */
  readonly classifierRate?: string
  /** The same for multiple choice. Default: that of the other classifiers. */
  readonly choiceRate?: string
  /** Steps behind the layers, on `hidden`. */
  readonly behind?: readonly Step[]
  /** Heads that differ, by the suffix of their class. */
  readonly heads?: (options: BertOptions) => Readonly<Record<string, Steps>>
  readonly says?: readonly string[]
  /** The names of parameters that are never trained. */
  readonly untrained?: readonly string[]
  /** Whether transformers refuses to recompute its layers. Default: no. */
  readonly keepsLayers?: boolean
}

/** The program of a class of a family of BERT's kind. */
export function bertProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  family: BertProgram,
): Program | undefined {
  const { name, prefix, pools = true, classifierRate, choiceRate, behind = [], says = [], keepsLayers } = family
  const { hiddenSize } = dimensions
  const activation = config.string('hidden_act', family.defaultActivation ?? 'gelu')
  const dropout = bertDropout(config, className, classifierRate, choiceRate)
  const { choosesPositions = true, hasBuffers = true } = family
  const options: BertOptions = { ...family, activation, dropout, ...(choosesPositions && positionsOf(config, family)) }
  const { places, embeddings } = options
  const isUnplaced = choosesPositions && !hasAbsolutePositions(config)
  const pooled = call(bertPooling(hiddenSize), { hidden: 'hidden' }, 'pooler')
  const idle = family.poolsAlways && WITHOUT_POOLER.some((suffix) => className.endsWith(suffix))
  const heads = { ...bertClasses({ ...family, hiddenSize, activation, dropout }), ...family.heads?.(options) }
  const untrained = [
    ...(family.untrained ?? []),
    ...(idle ? ['weight', 'bias'].map((one) => `${prefix}.pooler.dense.${one}`) : []),
    // The table of positions is there and not used.
    ...(isUnplaced ? [`${prefix}.embeddings.position_embeddings.weight`] : []),
  ]
  return textEncoder(className, {
    name,
    prefix,
    steps: [...bertSteps(dimensions, options), ...behind],
    buffers: hasBuffers
      ? bertBuffers(config.integer('max_position_embeddings', family.contextTokens ?? 512), embeddings?.types)
      : [],
    ending: pools ? [set('pooled', pooled)] : [],
    heads: idle ? behindIdlePooler(hiddenSize, prefix, heads) : heads,
    says: [
      ...says,
      ...(config.integer('chunk_size_feed_forward', 0) > 0 ? [IN_CHUNKS] : []),
      ...(family.isEager ? [ALWAYS_EAGER] : []),
      ...(choosesPositions && places ? [OF_DISTANCES] : []),
    ],
    ...(untrained.length > 0 && { untrained }),
    ...(keepsLayers && { keepsLayers }),
  })
}

/** Heads beside what the pooler made: the base model returns it, so that it lives until the class returns. */
function behindIdlePooler(features: number, prefix: string, heads: Readonly<Record<string, Steps>>) {
  const idle: Call = { ...call(bertPooling(features), { hidden: 'hidden' }, `${prefix}.pooler`), isIdle: true }
  return Object.fromEntries(Object.entries(heads).map(([name, steps]) => [name, [set('pooled', idle), ...steps]]))
}

/** Classes of BERT that use no pooler. */
export const WITHOUT_POOLER = ['ForMaskedLM', 'ForTokenClassification', 'ForQuestionAnswering']

/** What a config says about positions. Only those with embeddings of their own have other attention than eager one. */
function positionsOf(
  config: ConfigReader,
  { embeddings, isEager = false }: Pick<BertOptions, 'embeddings' | 'isEager'>,
): Partial<BertOptions> {
  if (hasAbsolutePositions(config)) return { isEager }
  const positions = embeddings?.positions === 'counted' ? 'counted only' : 'none'
  return { isEager: true, places: placesOf(config), embeddings: { ...embeddings, positions } }
}

/** What is said of a class that has one kind of attention in transformers 4.57. */
export const ALWAYS_EAGER =
  'attention is eager whatever kernel is asked for, as this class has no other in transformers 4.57; version 5 may have one'

/** What is said of a config with chunks. */
export const IN_CHUNKS =
  'feed-forward networks run on all tokens at once: what `chunk_size_feed_forward` saves is not replayed'

const OF_DISTANCES =
  'attention with embeddings of distances is eager, as in transformers 4.57; version 5 ignores `position_embedding_type`'
