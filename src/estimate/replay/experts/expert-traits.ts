import type { Architecture } from '../../../architecture/index.js'

/** What a family's mixture of experts does that its modules do not show. */
export interface ExpertTraits {
  /** How tokens find their experts: see `routers.ts`. */
  readonly router: 'softmax' | 'wideSoftmax' | 'biasedSoftmax' | 'plainSoftmax' | 'sigmoid' | 'sampled' | 'batched'
  /** Whether the weights of a token's experts are divided by their sum. */
  readonly normalised: boolean
  /** Whether the choice is limited to the best groups of experts, by shares that have gradients. */
  readonly grouped: boolean
  /** How experts get their tokens: see `expert-dispatch.ts`. */
  readonly dispatch: 'added' | 'wideAdded' | 'sorted'
  /** Whether the expert that all tokens pass comes before the router. */
  readonly sharedFirst: boolean
  /** Whether experts take their tokens from a view that nothing else has. */
  readonly ownView: boolean
  /** Whether the layer is given the router's logits beside the result, and has a name for them. */
  readonly returnsLogits: boolean
  /** How many experts a token uses. */
  readonly perToken: number
  /** What the names of parameters end with that stay in float32, whatever the model's type. */
  readonly float32Parameters: readonly string[]
  /** Those that are never trained. */
  readonly untrainedParameters: readonly string[]
  /** Bytes that a router's buffers take for one expert, by the bytes of the model's type. */
  readonly bufferBytes: (typeBytes: number) => number
}

/** Mixtral (Jiang et al. 2024, arXiv:2401.04088). */
const MIXTRAL: ExpertTraits = {
  router: 'softmax',
  normalised: true,
  grouped: false,
  dispatch: 'added',
  sharedFirst: false,
  ownView: false,
  returnsLogits: true,
  perToken: 1,
  float32Parameters: [],
  untrainedParameters: [],
  bufferBytes: () => 0,
}

const QWEN: ExpertTraits = { ...MIXTRAL, normalised: false }

/** DeepSeek-V3 (DeepSeek-AI 2024, arXiv:2412.19437). */
const DEEPSEEK_V3: ExpertTraits = {
  ...MIXTRAL,
  router: 'sigmoid',
  dispatch: 'wideAdded',
  ownView: true,
  returnsLogits: false,
  bufferBytes: (typeBytes) => typeBytes,
}

/** By `model_type`; others are taken as Mixtral's. */
const EXPERT_TRAITS: Readonly<Record<string, ExpertTraits>> = {
  qwen2_moe: QWEN,
  qwen3_moe: QWEN,
  olmoe: QWEN,
  llama4_text: { ...MIXTRAL, router: 'batched' },
  phimoe: { ...MIXTRAL, router: 'sampled', normalised: false },
  deepseek_v2: { ...MIXTRAL, router: 'plainSoftmax', normalised: false, dispatch: 'sorted', returnsLogits: false },
  deepseek_v3: DEEPSEEK_V3,
  glm4_moe: { ...DEEPSEEK_V3, bufferBytes: () => 4 },
  ernie4_5_moe: {
    ...MIXTRAL,
    router: 'biasedSoftmax',
    sharedFirst: true,
    float32Parameters: ['.gate.weight', '.e_score_correction_bias'],
    untrainedParameters: ['.e_score_correction_bias'],
  },
  hunyuan_v1_moe: {
    ...MIXTRAL,
    router: 'wideSoftmax',
    sharedFirst: true,
    ownView: true,
    returnsLogits: false,
    float32Parameters: ['.gate.wg.weight'],
  },
}

/** The traits of a model's mixture of experts: those of its family, and what its config says of them. */
export function expertTraitsOf({ family, dimensions, computation = {} }: Architecture): ExpertTraits {
  const byClass = (Object.hasOwn(EXPERT_TRAITS, family) ? EXPERT_TRAITS[family] : undefined) ?? MIXTRAL
  const { normalisedRouting, groupedRouting } = computation
  const isFree = NORMALISED_BY_CONFIG.has(family)
  return {
    ...byClass,
    normalised: isFree ? (normalisedRouting ?? byClass.normalised) : byClass.normalised,
    perToken: dimensions.moe?.expertsPerToken ?? byClass.perToken,
    grouped: groupedRouting ?? byClass.grouped,
  }
}

/** Families that ask their config whether to normalise; the code of the others always does, or never. */
const NORMALISED_BY_CONFIG: ReadonlySet<string> = new Set([
  'deepseek_v3',
  'glm4_moe',
  'olmoe',
  'qwen2_moe',
  'qwen3_moe',
])
