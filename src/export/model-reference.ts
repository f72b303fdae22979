import { MODEL_SEGMENT_RULE } from '../schemas/constraints.js'
import type { PlainObject } from './plain-data.js'

const { first, characters, minLength, maxLength } = MODEL_SEGMENT_RULE
const SEGMENT = `[${first}](-?[${characters}]){${minLength - 1},${maxLength - 1}}`

/**
 * The grammar of a model reference as one pattern, instead of the `format` that only we know. RE2, and with it Go and Rust, has no
 * lookahead, and generators drop a schema of two patterns, so that it counts a hyphen and the character after it as one: a segment
 * with hyphens may be longer than the service allows.
 */
export const MODEL_REFERENCE_KEYWORDS: PlainObject = { pattern: `^${SEGMENT}(/${SEGMENT})?$` }
