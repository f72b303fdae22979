/** What is wrong with a checkpoint that cannot be understood; each code stands in docs/errors.md with an example. */
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

/** What a {@link CheckpointError} says besides its message. */
export interface CheckpointErrorDetails {
  /** Where: a path inside the config (`['rope_scaling', 'factor']`), a file, or a tensor's name. */
  readonly place?: readonly (string | number)[]
  /** What to do about it. */
  readonly help?: string
}

/**
 * A checkpoint that cannot be understood: an unknown family, a missing field, a truncated file.
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
