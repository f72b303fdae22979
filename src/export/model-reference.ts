import { MODEL_SEGMENT_RULE } from '../schemas/constraints.js'
import type { PlainObject } from './plain-data.js'

const { first, characters, minLength, maxLength } = MODEL_SEGMENT_RULE
const SEGMENT = `[${first}][${characters}-]{${minLength - 1},${maxLength - 1}}`
const UNHYPHENATED = `[${characters}]+`
const SINGLE_HYPHENS = `${UNHYPHENATED}(-${UNHYPHENATED})*`

/**
 * The grammar of a model reference in keywords that every validator supports, instead of our own `format`: two patterns that
 * must both match. A single pattern would need a lookahead, which RE2 does not have, and so Go and Rust do not.
 */
export const MODEL_REFERENCE_KEYWORDS: PlainObject = {
  pattern: oneOrTwo(SEGMENT),
  allOf: [{ pattern: oneOrTwo(SINGLE_HYPHENS) }],
}

function oneOrTwo(segment: string): string {
  return `^${segment}(/${segment})?$`
}
