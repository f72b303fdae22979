import { attention } from './attention.js'
import { gatedMlp } from './gated-mlp.js'

/** The attention and the feed-forward network of Llama in families whose classes read neither `attention_bias` nor `mlp_bias`. */
export const withoutBiases = { attention, mlp: gatedMlp } as const
