import type { ConfigReader } from './config-reader.js'
import type { Dimensions } from './dimensions.js'
import type { Family } from './family.js'
import type { ForwardPass } from './forward/index.js'
import { readerOfRouterLogits } from './newer-types.js'

/**
 * The forward pass of a mixture of experts with what `output_router_logits` asks for. Where the class reads it, the logits of all
 * routers are kept until the model returns, in a prefill too, and most classes compute a loss from them, with labels or without.
 */
export function withRouterLogits(
  forward: ForwardPass,
  config: ConfigReader,
  { moe }: Dimensions,
  { modelTypes }: Pick<Family, 'modelTypes'>,
): ForwardPass {
  const hasRouters = moe ?? forward.feedForward.vectors
  if (!hasRouters || !config.raw('output_router_logits')) return forward
  const readers = modelTypes.map(readerOfRouterLogits)
  if (readers.includes('described')) return { ...forward, undescribed: forward.undescribed ?? ROUTER_LOGITS_KEPT }
  return readers.includes('transformers 5') && !forward.undescribed
    ? { ...forward, says: [...(forward.says ?? []), KEPT_IN_5] }
    : forward
}

/** Why a forward pass that keeps the logits of routers is not described. */
export const ROUTER_LOGITS_KEPT =
  '`output_router_logits` keeps the logits of all routers, and most classes add a loss of the routers; set it to false, or leave it out, to estimate without it'

const KEPT_IN_5 =
  '`output_router_logits` is true, which transformers 4.57 does not read here; version 5 keeps the logits of all routers'
