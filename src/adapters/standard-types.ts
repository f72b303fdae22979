/**
 * The interfaces of Standard Schema v1 and its JSON Schema companion, as https://standardschema.dev asks libraries to copy them: users
 * need no package for them.
 */

/** What a Standard Schema library reads of a schema. */
export interface StandardSchema<Input, Output> {
  readonly '~standard': StandardProperties<Input, Output>
}

/** Version, validation and types of a schema. */
export interface StandardProperties<Input, Output> {
  readonly version: 1
  readonly vendor: string
  readonly validate: (value: unknown) => StandardResult<Output>
  /** For the type checker only. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined
}

/** The validated value, or what is wrong. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** One error. */
export interface StandardIssue {
  readonly message: string
  readonly path?: readonly PropertyKey[] | undefined
}

/** A schema that can also describe itself as JSON Schema. */
export interface StandardJsonSchema<Input, Output> extends StandardSchema<Input, Output> {
  readonly '~standard': StandardProperties<Input, Output> & { readonly jsonSchema: StandardConverter }
}

/** Writes the JSON Schema of what is given and of what comes out. Throws for a target that it does not know. */
export interface StandardConverter {
  readonly input: (options: StandardTarget) => Record<string, unknown>
  readonly output: (options: StandardTarget) => Record<string, unknown>
}

/** The dialect to write: `draft-2020-12` and `draft-07` are known here. */
export interface StandardTarget {
  readonly target: string
}
