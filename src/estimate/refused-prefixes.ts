import { familyOf } from '../architecture/families/index.js'
import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { isLatent } from './estimable-sizes.js'
import type { ResolvedModel } from './resolved-model.js'

/**
 * Refuses prefixes in the cache of models for which PEFT makes keys and values of other shapes, or another cache, than their code takes.
 *
 * @throws RangeError that says where PEFT stops, and a way out
 */
export function refusePrefixes({ architecture }: ResolvedModel, { finetuning }: CheckedMemoryOptions): void {
  if (finetuning?.tokens !== 'prefixes') return
  refuseHiddenHeads(architecture)
  // DeepSeek V2 and V3 stop: "Sizes of tensors must match except in dimension 2".
  const place = hasOtherMixers(architecture) ? OF_MIXERS : isLatent(architecture) ? 'latent attention' : undefined
  if (place)
    throw new RangeError(`PEFT 0.21.2 stops at ${place} of ${architecture.className} with prefixes: use prompt_tuning`)
}

/**
 * Refuses prefixes of a model whose queries share keys, if its config class does not say how many heads of keys there are.
 *
 * @throws RangeError that says what is missing
 */
export function refuseHiddenHeads({ family, className, dimensions, config }: Architecture): void {
  const { heads, kvHeads } = dimensions
  if (kvHeads === heads || !familyOf(family)?.hidesKeyHeads || config?.['num_key_value_heads'] !== undefined) return
  throw new RangeError(
    `PEFT takes the size of prefixes from num_key_value_heads, which the config of ${className} lacks: it stops at shared heads`,
  )
}

function hasOtherMixers({ forward }: Architecture): boolean {
  return Object.keys(forward?.mixers ?? {}).length > 0
}

/** Bamba, Falcon-H1, Granite's hybrids and LFM2 stop: "'DynamicCache' object has no attribute 'has_previous_state'" (transformers 4.57.6). */
const OF_MIXERS = 'layers that are no attention'
