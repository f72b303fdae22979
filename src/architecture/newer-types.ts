import { NEWER_ROUTER_LOGITS, NEWER_TYPES, ROUTER_LOGITS } from './generated/newer-types.js'

/** Whether transformers 5 has a type of model that 4.57 has not, so that it is described as 5 writes it. */
export const isOnlyInTransformers5 = (modelType: string): boolean => newer.has(modelType)

/** Which version's class of a type reads `output_router_logits`: the one that is described here, or only 5. */
export function readerOfRouterLogits(modelType: string): 'described' | 'transformers 5' | undefined {
  if (read.has(modelType)) return 'described'
  return readIn5.has(modelType) ? 'transformers 5' : undefined
}

const setOf = (types: string): ReadonlySet<string> => new Set(types.split(' '))

const newer = setOf(NEWER_TYPES)
const read = setOf(ROUTER_LOGITS)
const readIn5 = setOf(NEWER_ROUTER_LOGITS)
