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

const LLAMA: ForwardTraits = { norm: 'llama', softCap: false, logitCap: false, scaledEmbedding: false, partialRotary: false, sliding: () => true }

const TRAITS: Readonly<Record<string, ForwardTraits>> = {
  llama: LLAMA,
  phi3: { ...LLAMA, partialRotary: true },
  gemma2: { ...LLAMA, norm: 'gemma', softCap: true, logitCap: true, scaledEmbedding: true, sliding: (layer) => layer % 2 === 0 },
}

/** The traits of a family. */
export function traitsOf(family: string): ForwardTraits {
  return TRAITS[family] ?? LLAMA
}
