/**
 * The service's rules for strings that the API page does not mention. Each rule is here once: the definitions, the fast path,
 * the artifacts and the reference parsers use this table. Characters are a regular-expression class without brackets.
 */

/** The length, in code points, and the characters of a kind of string. */
export interface TextRule {
  readonly minLength: number
  readonly maxLength: number
  /** In patterns of definitions, `\w` is Unicode, as in the service. In references it is ASCII. */
  readonly characters: string
}

/** A name of an entity, an adapter or a workspace. */
export const NAME_RULE = { minLength: 1, maxLength: 255, characters: '\\w\\-.' } as const satisfies TextRule

/** A project URN: like a name, but may contain slashes. */
export const PROJECT_URN_RULE = { minLength: 1, maxLength: 255, characters: '\\w\\-./' } as const satisfies TextRule

/** A segment of a model reference: `first`, then `characters` and single hyphens between them. */
export const MODEL_SEGMENT_RULE = {
  minLength: 2,
  maxLength: 63,
  first: 'a-z',
  characters: 'a-z0-9@.+_',
} as const satisfies TextRule & { readonly first: string }

/** A name as schema keywords. */
export const NAME = { maxLength: NAME_RULE.maxLength, pattern: patternOf(NAME_RULE.characters) } as const

/** The pattern of a project URN, which the service checks only in a request. */
export const PROJECT_PATTERN = patternOf(PROJECT_URN_RULE.characters)

/** A project URN as schema keywords. */
export const PROJECT_URN = { maxLength: PROJECT_URN_RULE.maxLength, pattern: PROJECT_PATTERN } as const

/**
 * The grammar of a model reference, `segment` or `segment/segment`, as one pattern. RE2, and with it Go and Rust, has no lookahead, and
 * generators drop a schema of two patterns, so that it counts a hyphen and the character after it as one: a segment with hyphens may be
 * longer than the service allows. Validation recognises this pattern, and checks the exact rule.
 */
export const MODEL_REFERENCE_PATTERN = `^${modelSegment(MODEL_SEGMENT_RULE)}(/${modelSegment(MODEL_SEGMENT_RULE)})?$`

/** A model reference as schema keywords: at most two segments and a slash. */
export const MODEL_REFERENCE = {
  maxLength: 2 * MODEL_SEGMENT_RULE.maxLength + 1,
  pattern: MODEL_REFERENCE_PATTERN,
} as const

/** The `format` by which a definition of your own may ask for a model reference. JSON Schema has no such format. */
export const MODEL_REFERENCE_FORMAT = 'model-reference'

/** The maximum lengths of fields without other rules. */
export const DESCRIPTION = { maxLength: 1000 } as const
export const TOOL_CALL = { maxLength: 255 } as const

function patternOf<Characters extends string>(characters: Characters): `^[${Characters}]+$` {
  return `^[${characters}]+$`
}

function modelSegment({ first, characters, minLength, maxLength }: typeof MODEL_SEGMENT_RULE): string {
  return `[${first}](-?[${characters}]){${minLength - 1},${maxLength - 1}}`
}
