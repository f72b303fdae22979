/** The codes of checkpoint errors. docs/errors.md explains each code with an example. */
export type CheckpointErrorCode =
  | 'unsupported_architecture'
  | 'missing_field'
  | 'invalid_field'
  | 'invalid_json'
  | 'invalid_header'
  | 'truncated_file'
  | 'header_too_large'
  | 'overlapping_tensors'
  | 'tensor_too_large'
  | 'path_outside_checkpoint'
  | 'unreadable_file'
  | 'no_checkpoint'

/** The details of a {@link CheckpointError} besides its message. */
export interface CheckpointErrorDetails {
  /** The place: a path inside the config (`['rope_scaling', 'factor']`), a file, or the name of a tensor. */
  readonly place?: readonly (string | number)[]
  /** What to do about it. */
  readonly help?: string
}

/**
 * A checkpoint cannot be read or understood: an unknown family, a missing field, a truncated file.
 *
 * @example
 * ```ts
 * try {
 *   architectureFromConfig({ model_type: 'unheard_of' })
 * } catch (error) {
 *   if (error instanceof CheckpointError) console.log(error.code, error.help)
 * }
 * ```
 */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
  readonly code: CheckpointErrorCode
  readonly place: readonly (string | number)[]
  readonly help: string | undefined

  constructor(code: CheckpointErrorCode, message: string, { place = [], help }: CheckpointErrorDetails = {}) {
    super(message)
    this.code = code
    this.place = place
    this.help = help
  }
}
