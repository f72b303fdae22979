import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { isLatent } from './estimable-sizes.js'
import { refuseHiddenHeads } from './hidden-heads.js'
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

function hasOtherMixers({ forward }: Architecture): boolean {
  return Object.keys(forward?.mixers ?? {}).length > 0
}

/** Bamba, Falcon-H1, Granite's hybrids and LFM2 stop: "'DynamicCache' object has no attribute 'has_previous_state'" (transformers 4.57.6). */
const OF_MIXERS = 'layers that are no attention'
