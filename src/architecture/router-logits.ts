import type { ConfigReader } from './config-reader.js'
import type { Dimensions } from './dimensions.js'
import type { Family } from './family.js'
import type { ForwardPass, RouterLogits } from './forward/index.js'
import { routerLogitsOf } from './newer-types.js'

/**
 * The forward pass of a mixture of experts with what its class does with the logits of its routers. A family states only what the
 * version of transformers that is described does not tell.
 */
export function withRouterLogits(
  forward: ForwardPass,
  config: ConfigReader,
  { moe }: Dimensions,
  { modelTypes }: Pick<Family, 'modelTypes'>,
): ForwardPass {
  const hasRouters = moe ?? forward.feedForward.vectors
  if (!hasRouters) {
    const { routerLogits: _, ...others } = forward
    return others
  }
  const isAsked = Boolean(config.raw('output_router_logits'))
  const known = modelTypes.map(routerLogitsOf).filter((one) => one !== undefined)
  const own: RouterLogits | undefined = known.find((one) => one !== 'transformers 5') ?? forward.routerLogits
  const isWeighted = config.raw('router_aux_loss_coef') !== 0
  if (own) return { ...forward, routerLogits: { isWeighted, ...own, ...forward.routerLogits, isAsked } }
  return known.length > 0 && isAsked && !forward.undescribed
    ? { ...forward, says: [...(forward.says ?? []), KEPT_IN_5] }
    : forward
}

/**
 * The same of a language model inside a whole, whose class computes the loss if it has one. Otherwise the model around the layers returns
 * none of the logits, or a language model that is a whole itself does not.
 */
export function withRoutersOfWhole(
  forward: ForwardPass,
  modelType: string,
  holds: 'base' | 'whole' | 'open',
): ForwardPass {
  const { routerLogits } = forward
  if (!routerLogits) return forward
  const known = routerLogitsOf(modelType)
  const loss = typeof known === 'object' ? known.loss : undefined
  const until = holds === 'whole' ? 'head' : 'layers'
  return {
    ...forward,
    routerLogits: loss && loss !== 'none' ? { ...routerLogits, loss } : { ...routerLogits, loss: 'none', until },
  }
}

const KEPT_IN_5 =
  '`output_router_logits` is true, which transformers 4.57 does not read here; version 5 keeps the logits of all routers'
