import type { ConfigReader } from './config-reader.js'

/**
 * What a config says of the forward pass that no module shows. A member that is absent is as the class has it by default.
 */
export interface Computation {
  /** The function between the projections of a feed-forward network, by its name in transformers' `ACT2FN`: `gelu_new`. */
  readonly activation?: string
  /** The share of a head's features that is rotated, in families that rotate a part. */
  readonly rotaryShare?: number
  /** The indices of the layers that do not rotate queries and keys. */
  readonly unrotatedLayers?: readonly number[]
  /** Whether attention scores are capped. */
  readonly cappedScores?: boolean
  /** Whether logits are capped. */
  readonly cappedLogits?: boolean
  /** Whether queries, keys and values are clamped. */
  readonly clampedProjections?: boolean
  /** Whether attention and feed-forward network stand side by side. */
  readonly parallel?: boolean
  /** Whether attention scores are biased by distance in place of rotated queries and keys, in families that can do either. */
  readonly alibi?: boolean
  /** Whether the weights of a token's experts are divided by their sum. */
  readonly normalisedRouting?: boolean
  /** Whether a router with gradients for its choice looks for the best groups of experts first. */
  readonly groupedRouting?: boolean
  /** Whether queries and keys are normalised without a gain once they are rotated. */
  readonly unitNorms?: boolean
  /** Whether queries that are not rotated are scaled by the place of their token. */
  readonly temperedQueries?: boolean
  /** The length of chunks that layers with rotation attend within, in families that have some. */
  readonly chunkTokens?: number
  /** Whether rotated features lie beside one another in pairs. */
  readonly interleavedRotation?: boolean
}

/**
 * Reads what a config says of the forward pass in fields that mean the same in every family.
 *
 * @param activationField - the field that names the activation
 */
export function computationOf(
  config: ConfigReader,
  headDim: number | undefined,
  activationField = 'hidden_act',
): Computation {
  const activation = config.optionalString(activationField)
  const rotaryShare = rotaryShareOf(config, headDim)
  return {
    ...(activation !== undefined && { activation }),
    ...(rotaryShare !== undefined && { rotaryShare }),
    ...whether(config, 'cappedScores', 'attn_logit_softcapping'),
    ...whether(config, 'cappedLogits', 'final_logit_softcapping'),
    ...whether(config, 'clampedProjections', 'clip_qkv'),
    ...(config.has('norm_topk_prob') && { normalisedRouting: config.boolean('norm_topk_prob', false) }),
    ...(config.has('topk_method') && { groupedRouting: config.raw('topk_method') === 'group_limited_greedy' }),
    ...(config.has('rope_interleave') && { interleavedRotation: config.boolean('rope_interleave', true) }),
    ...(config.has('use_parallel_residual') && { parallel: config.boolean('use_parallel_residual', false) }),
  }
}

/** A limit is there where it is neither left to the class nor `null`. */
function whether<Member extends keyof Computation>(config: ConfigReader, member: Member, field: string) {
  return config.raw(field) === undefined ? {} : { [member]: config.has(field) }
}

/** Rotated features are counted whole, as in `int(head_dim * partial_rotary_factor)`, and are no more than a head has. */
function rotaryShareOf(config: ConfigReader, headDim: number | undefined): number | undefined {
  if (!headDim) return undefined
  const nested = config.object('rope_parameters')
  const reader = nested.has('partial_rotary_factor') ? nested : config
  const share = reader.number(['partial_rotary_factor', 'rotary_pct'], Number.NaN)
  const features = config.optionalInteger('rotary_dim') ?? Math.floor(headDim * share)
  return Number.isNaN(features) ? undefined : Math.min(Math.max(features / headDim, 0), 1)
}
