/** What tells an embedding model from one that generates. */
export interface EmbeddingSigns {
  /** The first of the config's `architectures`. */
  readonly className?: string
  /** The content of sentence-transformers' `modules.json`. */
  readonly sentenceTransformersModules?: unknown
  /** Whether a pooling config, such as `1_Pooling/config.json`, is there. */
  readonly hasPoolingConfig?: boolean
}

/**
 * Whether a checkpoint embeds texts: it has the files of sentence-transformers, or the class of its config is a bare
 * encoder, without a head that predicts tokens (`BertModel`, `MistralModel`, `T5EncoderModel`).
 */
export function isEmbeddingModel({
  className,
  sentenceTransformersModules,
  hasPoolingConfig,
}: EmbeddingSigns): boolean {
  if (Array.isArray(sentenceTransformersModules) || hasPoolingConfig === true) return true
  return className !== undefined && EMBEDDING_CLASS.test(className)
}

/** `GPT2LMHeadModel` and `GPT2DoubleHeadsModel` end alike, and generate. */
const EMBEDDING_CLASS = /(?<!LMHead|DoubleHeads)Model$|ForTextEncoding$|ForSentenceEmbedding$/
