import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import type { RouterLogitsUse } from './replay/decoder/router-outputs.js'
import { UndescribedBlock } from './replay/undescribed-block.js'

type Asked = Pick<CheckedMemoryOptions, 'outputRouterLogits' | 'attentionMask'>

/** What a run does with the logits of routers: an option decides, or the config. */
export function routerLogitsOf(
  architecture: Architecture,
  { outputRouterLogits, attentionMask }: Asked,
): RouterLogitsUse {
  const facts = architecture.forward?.routerLogits
  const isAsked = outputRouterLogits ?? facts?.isAsked ?? false
  if (!isAsked || !facts) return 'no'
  return attentionMask && hasRouterLoss(architecture) ? 'keptBesideMask' : 'kept'
}

/** Whether the class of a model adds a loss of its routers if it is asked for their logits. */
export function hasRouterLoss({ forward }: Architecture): boolean {
  const loss = forward?.routerLogits?.loss ?? 'none'
  return loss !== 'none'
}

/** What is assumed about the logits of routers, in sentences. */
export function routerAssumptions(architecture: Architecture, options: Asked): string[] {
  const { outputRouterLogits, attentionMask } = options
  const asks = outputRouterLogits === true && architecture.forward?.routerLogits === undefined
  const isMaskUnused = attentionMask && routerLogitsOf(architecture, options) !== 'keptBesideMask'
  return [
    ...(asks ? ['`outputRouterLogits` has no effect: the described class does not return the logits of routers'] : []),
    ...(isMaskUnused ? [MASK_UNUSED] : []),
    ...(routerLogitsOf(architecture, options) === 'no' ? [] : [keptSentence(architecture, attentionMask)]),
  ]
}

/**
 * Refuses the loss of routers in a layout, which divides layers and experts.
 *
 * @throws UndescribedBlock that says what to do
 */
export function refuseRoutersInLayout(architecture: Architecture, options: Asked): void {
  if (routerLogitsOf(architecture, options) !== 'no')
    throw new UndescribedBlock(
      'no model of `output_router_logits` in a layout: set `outputRouterLogits` to false, or give ranks in `sharding`',
    )
}

function keptSentence(architecture: Architecture, isMasked: boolean): string {
  if (!hasRouterLoss(architecture))
    return 'the logits of all routers are kept until the model returns; this class adds no loss of them'
  const mask = isMasked
    ? 'with an attention mask'
    : 'without an attention mask; with one it needs more: set `attentionMask`'
  return `the loss of the routers is added, as \`output_router_logits\` asks for, ${mask}`
}

const MASK_UNUSED =
  'without a loss of routers, `attentionMask` counts the mask alone: transformers leaves out a mask of ones elsewhere. Recurrent layers that multiply by it, and written-out attention in a prefill, were up to 0.6 % off in recorded runs'
