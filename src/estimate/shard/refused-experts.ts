import { DISPATCH_NOT_REPLAYED } from '../../architecture/expert-plan.js'
import { familyOf } from '../../architecture/families/index.js'
import type { Architecture } from '../../architecture/index.js'
import type { CheckedMemoryOptions } from '../checked-memory-options.js'
import { methodOf } from '../methods.js'

/** Why ranks cannot have experts of their own, with a way out; absent if they can. */
export function refusedExperts(model: Architecture, options: CheckedMemoryOptions): string | undefined {
  const undispatched = undispatchedIn(model)
  if (undispatched)
    return `\`layout.expert\` has no model for ${model.className}: ${undispatched}; leave it out, and give the ranks in \`sharding\` alone`
  const { method, kernels, storage, sharding, recompute, reentrant } = options
  const refused: readonly (readonly [boolean, string])[] = [
    [storage !== undefined, `weights in ${storage}: take weights in 16 bits`],
    [kernels !== 'torch', `the kernels of ${kernels}: pass \`kernels: 'torch'\``],
    [
      methodOf(method).trains === 'adapters',
      'adapters, which transformers 5.24.0 leaves out of the shards (`apply_fully_sharded_data_parallelism`): train all weights, or leave `layout.expert` out',
    ],
    [sharding.ranks > 1 && sharding.strategy !== 'fsdp2', `${sharding.strategy}: use fsdp2`],
    [reentrant && recompute !== 'none', 'reentrant checkpointing: pass `reentrant: false`'],
  ]
  const [, found] = refused.find(([isRefused]) => isRefused) ?? []
  return found && `\`layout.expert\` cannot be estimated with ${found}`
}

/** Why tokens cannot be sent to the experts of a family as transformers 5.24 does it; absent if they can. */
function undispatchedIn({ family, forward }: Pick<Architecture, 'family' | 'forward'>): string | undefined {
  const { expertPlan, undispatched } = familyOf(family) ?? {}
  if (undispatched) return undispatched
  const { dispatch } = forward?.feedForward.mixture ?? {}
  return expertPlan || dispatch === 'grouped' || dispatch === 'partsInTurn' ? undefined : DISPATCH_NOT_REPLAYED
}
