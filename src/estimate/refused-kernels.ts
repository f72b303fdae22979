import { familyOf } from '../architecture/families/index.js'
import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import type { ResolvedModel } from './resolved-model.js'

/**
 * Refuses Liger's kernels for a family that has none: there its function logs so, and replaces nothing.
 *
 * @throws RangeError that says what to do
 */
export function refuseKernels({ architecture }: ResolvedModel, { kernels, method }: CheckedMemoryOptions): void {
  if (kernels !== 'liger' || methodOf(method).trains === 'nothing' || architecture.program) return
  if (familyOf(architecture.family)?.liger) return
  throw new RangeError(
    `Liger 0.8.5 replaces nothing in ${architecture.family} (MODEL_TYPE_TO_APPLY_LIGER_FN): use those of torch`,
  )
}

/** What Liger leaves as it is or what is not known of it, in sentences. */
export function ligerAssumptions({ family }: Architecture, { kernels, loss }: CheckedMemoryOptions): string[] {
  const liger = familyOf(family)?.liger
  const keeps = liger?.keeps ?? []
  const isUnrecorded = kernels === 'liger' && liger?.isUnrecorded === true
  const stay = (['norms', 'headNorms', 'rotation', 'gates'] as const).filter((part) => keeps.includes(part))
  return [
    ...(kernels === 'liger' && stay.length > 0
      ? [`Liger 0.8.5 leaves ${stay.map((part) => NAMES[part]).join(', ')} of ${family} as they are in a loaded model`]
      : []),
    ...(isUnrecorded ? [`no recorded run of ${family} with Liger's kernels holds this estimate`] : []),
    ...(loss.kind === 'fused-linear' && (!liger || keeps.includes('linearLoss'))
      ? [
          `Liger 0.8.5 has no loss of ${family} with the head in one: this is as if it had, or as cut-cross-entropy does`,
        ]
      : []),
    ...(loss.kind === 'fused' && keeps.includes('loss')
      ? [
          `Liger 0.8.5 replaces a loss of ${family} that is not used any more (\`cross_entropy\`): this is another kernel's`,
        ]
      : []),
  ]
}

const NAMES = {
  norms: 'norms',
  headNorms: 'norms of queries and keys',
  rotation: 'the rotation',
  gates: 'activations',
} as const
