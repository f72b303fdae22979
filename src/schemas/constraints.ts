/**
 * What the service demands of texts and the API page does not say, each rule once: the definitions, the fast path, the artifacts
 * and the parsers of references follow this table. Characters are written as a class of a regular expression, without brackets.
 */

/** A kind of text by its length, in code points, and its characters. */
export interface TextRule {
  readonly minLength: number
  readonly maxLength: number
  /** In patterns of definitions `\w` is Unicode's, as the service reads it; references read it as ASCII's. */
  readonly characters: string
}

/** A name of an entity, an adapter or a workspace. */
export const NAME_RULE = { minLength: 1, maxLength: 255, characters: '\\w\\-.' } as const satisfies TextRule

/** A project URN: as a name, and slashes. */
export const PROJECT_URN_RULE = { minLength: 1, maxLength: 255, characters: '\\w\\-./' } as const satisfies TextRule

/** A segment of a model reference: `first`, then `characters` and single hyphens between them. */
export const MODEL_SEGMENT_RULE = {
  minLength: 2,
  maxLength: 63,
  first: 'a-z',
  characters: 'a-z0-9@.+_',
} as const satisfies TextRule & { readonly first: string }

/** A name, as keywords of a definition. */
export const NAME = { maxLength: NAME_RULE.maxLength, pattern: patternOf(NAME_RULE.characters) } as const

/** The pattern of a project URN, which the service checks on a request. */
export const PROJECT_PATTERN = patternOf(PROJECT_URN_RULE.characters)

/** A project URN, as keywords of a definition. */
export const PROJECT_URN = { maxLength: PROJECT_URN_RULE.maxLength, pattern: PROJECT_PATTERN } as const

/**
 * The `format` of a model reference: `segment` or `segment/segment`.
 * JSON Schema knows no such format, so artifacts for other languages carry a pattern in its place.
 */
export const MODEL_REFERENCE_FORMAT = 'model-reference'

/** A model reference, as keywords of a definition: two segments and a slash at most. */
export const MODEL_REFERENCE = {
  maxLength: 2 * MODEL_SEGMENT_RULE.maxLength + 1,
  format: MODEL_REFERENCE_FORMAT,
} as const

/** The longest texts of fields that ask for nothing else. */
export const DESCRIPTION = { maxLength: 1000 } as const
export const TOOL_CALL = { maxLength: 255 } as const

function patternOf<Characters extends string>(characters: Characters): `^[${Characters}]+$` {
  return `^[${characters}]+$`
}
