import type { ConfigReader } from './config-reader.js'
import { readRates, withDropout } from './dropout-rates.js'
import type { Family, FindFamily, ModelDescription } from './family.js'
import { impossibleSizes } from './impossible-sizes.js'
import { withWindowAsked } from './missing-window.js'
import { withLabelLoss } from './program/label-loss.js'
import type { Program } from './program/program.js'
import { withRouterLogits } from './router-logits.js'
import { unevenLists } from './uneven-lists.js'
import { unreadSizes } from './unread-sizes.js'

/**
 * Describes a model of a family, or a part of a multimodal model: its modules, its forward pass, and notes on sizes that the
 * family does not read, or that do not fit together.
 *
 * @param find - finds the families of the parts of a multimodal model
 */
export function describeFamily(
  family: Family,
  config: ConfigReader,
  className: string | undefined,
  find: FindFamily,
): ModelDescription {
  const reader = family.attributeMap ? config.withAliases(family.attributeMap) : config
  const model = family.describe(reader, className, find)
  const dropping = family.dropout ? reader.withDefaults(family.dropout) : reader
  const own = family.forward?.(dropping, model.dimensions)
  const forward = own
    ? withWindowAsked(
        withRouterLogits(withDropout(own, dropping, model.className), reader, model.dimensions, family),
        reader,
        family,
      )
    : model.forward
  const written = family.program?.(dropping, model.dimensions, model.className)
  const complete = (one: Program): Program => ({
    ...withLabelLoss(one, dropping, model.className),
    rates: readRates(dropping),
    ...(one.seen && { seen: complete(one.seen) }),
  })
  const program = written ? complete(written) : model.program
  const largestImage = family.largestImage?.(reader)
  const doubts = [
    ...unreadSizes(reader),
    ...unevenLists(reader, model.dimensions.layers, family),
    ...impossibleSizes(reader, model.dimensions),
    ...reader.doubts(),
  ]
  // The whole has the sizes, and so the doubts, of its language model.
  return {
    ...model,
    notes: [...new Set([...model.notes, ...doubts])],
    ...(forward && { forward }),
    ...(program && { program }),
    ...(largestImage && { largestImage }),
  }
}
