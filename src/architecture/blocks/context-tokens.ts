import type { ConfigReader } from '../config-reader.js'

/**
 * The longest context in tokens: `max_position_embeddings`, multiplied by the rope scaling if that is not included yet.
 *
 * `linear` and `dynamic` scaling multiply it by their factor; `yarn` (Peng et al. 2023, arXiv:2309.00071) multiplies the
 * original length. Configs with `llama3` or `longrope` scaling, and configs with one kind of rope per kind of layer,
 * already state the final length.
 *
 * @param absent - the class default of `max_position_embeddings`
 */
export function contextTokens(config: ConfigReader, absent: number | undefined): number | undefined {
  const limit = config.optionalInteger('max_position_embeddings') ?? absent
  if (limit === undefined) return undefined
  const rope = config.object(config.has('rope_scaling') ? 'rope_scaling' : 'rope_parameters')
  const kind = rope.optionalString(['rope_type', 'type']) ?? 'default'
  if (!STRETCHING.has(kind)) return limit
  const base = kind === 'yarn' ? (rope.optionalInteger('original_max_position_embeddings') ?? limit) : limit
  return Math.round(base * rope.number('factor', 1))
}

/** The kinds of rope scaling whose factor is not included in the stated length. */
const STRETCHING: ReadonlySet<string> = new Set(['linear', 'dynamic', 'yarn'])
