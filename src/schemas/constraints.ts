/** What the service demands of strings and the API page does not say: shared by the definitions that use them. */

/**
 * A name of an entity, an adapter or a workspace: 1 to 255 word characters, hyphens and dots. The patterns are the service's, and
 * `\w` is Unicode's: letters, marks and digits of any script, not those of ASCII alone.
 */
export const NAME = { maxLength: 255, pattern: '^[\\w\\-.]+$' } as const

/** A project URN on a request: as a name, and slashes. */
export const PROJECT_PATTERN = '^[\\w\\-./]+$'

/**
 * The `format` of a model reference: `segment` or `segment/segment`, each segment 2 to 63 long.
 * JSON Schema knows no such format, so artifacts for other languages carry a pattern in its place.
 */
export const MODEL_REFERENCE_FORMAT = 'model-reference'
