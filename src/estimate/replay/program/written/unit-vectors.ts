import type { UnitVectors } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** Vectors divided by their lengths. */
export function unitVectors({ arrays: a, names: f, batch, given }: WrittenRun, { of }: UnitVectors): Shaped {
  const vectors = given(of, [batch, -1])
  return f.returned(a.divide(vectors, a.vectorNorm(vectors)))
}
