import { isObject } from '../architecture/config-object.js'
import type { ConfigObject } from '../architecture/index.js'

/** What distinguishes an embedding model from a generative one. */
export interface EmbeddingSigns {
  /** The content of `config.json`. */
  readonly config: ConfigObject
  /** Whether the checkpoint is known to have a chat template. */
  readonly hasChatTemplate: boolean
  /** The content of sentence-transformers' `modules.json`. */
  readonly sentenceTransformersModules?: unknown
  /** Whether the checkpoint has a pooling config, such as `1_Pooling/config.json`. */
  readonly hasPoolingConfig?: boolean
}

/**
 * Whether a checkpoint is an embedding model: it has the files of sentence-transformers, or the class in its config is a
 * bare model without a head that predicts tokens (`BertModel`, `MistralModel`, `T5EncoderModel`). Returns `undefined` if
 * nothing tells: the config names no class, or a bare class that also generates text.
 */
export function isEmbeddingModel(signs: EmbeddingSigns): boolean | undefined {
  const { config, hasChatTemplate, sentenceTransformersModules, hasPoolingConfig } = signs
  if (Array.isArray(sentenceTransformersModules) || hasPoolingConfig === true) return true
  const { architectures } = config
  const className: unknown = Array.isArray(architectures) ? architectures[0] : undefined
  if (typeof className !== 'string') return undefined
  if (!EMBEDDING_CLASS.test(className)) return false
  return hasChatTemplate || generates(config) ? undefined : true
}

/** `GPT2LMHeadModel` and `GPT2DoubleHeadsModel` also end with `Model`, but are generative. */
const EMBEDDING_CLASS = /(?<!LMHead|DoubleHeads|Omni|Chat)Model$|ForTextEncoding$|ForSentenceEmbedding$/

/** Remote code says what its class is for: ChatGLM's `ChatGLMModel` is loaded by `AutoModelForCausalLM`. */
function generates({ auto_map: classes }: ConfigObject): boolean {
  return isObject(classes) && GENERATIVE_CLASSES.some((name) => Object.hasOwn(classes, name))
}

const GENERATIVE_CLASSES = ['AutoModelForCausalLM', 'AutoModelForSeq2SeqLM', 'AutoModelForImageTextToText']
