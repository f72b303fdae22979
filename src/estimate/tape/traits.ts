/** What a family's forward pass does that its module tree does not show. */
export interface ForwardTraits {
  /** How norms compute: as Llama's, as Gemma's, or layer normalisation. */
  readonly norm: 'llama' | 'gemma' | 'layer'
  /** Whether attention scores are capped, which only eager attention can. */
  readonly softCap: boolean
  /** Whether the logits are capped. */
  readonly logitCap: boolean
  /** Whether embeddings are multiplied by the root of the hidden size. */
  readonly scaledEmbedding: boolean
  /** Features of a head that are rotated. Default: all. */
  readonly rotaryDim?: number
  /** Whether rotated and other features are put together anew, which exchanges the dimensions of what attention returns. */
  readonly partialRotary: boolean
  /** Whether a layer attends through a window. */
  readonly sliding: (layer: number) => boolean
}

const LLAMA: ForwardTraits = {
  norm: 'llama',
  softCap: false,
  logitCap: false,
  scaledEmbedding: false,
  partialRotary: false,
  sliding: () => true,
}

const TRAITS: Readonly<Record<string, ForwardTraits>> = {
  llama: LLAMA,
  mistral: LLAMA,
  mixtral: LLAMA,
  qwen2: LLAMA,
  smollm3: LLAMA,
  phi3: { ...LLAMA, partialRotary: true },
  gemma2: {
    ...LLAMA,
    norm: 'gemma',
    softCap: true,
    logitCap: true,
    scaledEmbedding: true,
    sliding: (layer) => layer % 2 === 0,
  },
}

/** Whether the forward pass of a family is described, so that its activations can be estimated. */
export function isForwardPassDescribed(family: string): boolean {
  return Object.hasOwn(TRAITS, family)
}

/**
 * The traits of a family.
 *
 * @throws RangeError for a family whose forward pass is not described
 */
export function traitsOf(family: string): ForwardTraits {
  const traits = Object.hasOwn(TRAITS, family) ? TRAITS[family] : undefined
  if (traits) return traits
  throw new RangeError(
    `the forward pass of ${family} is not described, so that its activations are not known; described are ${Object.keys(TRAITS).join(', ')}`,
  )
}
