import { child, type Named } from '../submodules.js'

/**
 * The part of a feed-forward block that has its router and its experts: the block itself, or the part for texts if it has one for each kind
 * of token (ERNIE 4.5 VL). Absent: the block has no experts.
 */
export function routedPart(block: Named): Named | undefined {
  const ofTexts = child(block, 'text_moe')
  if (ofTexts) return ofTexts
  return child(block, 'experts') && block
}
