/** What distinguishes an embedding model from a generative one. */
export interface EmbeddingSigns {
  /** The first of the config's `architectures`. */
  readonly className?: string
  /** The content of sentence-transformers' `modules.json`. */
  readonly sentenceTransformersModules?: unknown
  /** Whether the checkpoint has a pooling config, such as `1_Pooling/config.json`. */
  readonly hasPoolingConfig?: boolean
}

/**
 * Whether a checkpoint is an embedding model: it has the files of sentence-transformers, or the class in its config is a
 * bare model without a head that predicts tokens (`BertModel`, `MistralModel`, `T5EncoderModel`).
 */
export function isEmbeddingModel({
  className,
  sentenceTransformersModules,
  hasPoolingConfig,
}: EmbeddingSigns): boolean {
  if (Array.isArray(sentenceTransformersModules) || hasPoolingConfig === true) return true
  return className !== undefined && EMBEDDING_CLASS.test(className)
}

/** `GPT2LMHeadModel` and `GPT2DoubleHeadsModel` also end with `Model`, but are generative. */
const EMBEDDING_CLASS = /(?<!LMHead|DoubleHeads)Model$|ForTextEncoding$|ForSentenceEmbedding$/
