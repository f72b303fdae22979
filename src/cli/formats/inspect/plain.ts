import type { Checkpoint } from '../../../checkpoint/read/index.js'
import { maskSecrets } from '../../../display/index.js'
import type { LoraPlan } from '../../lora-count.js'

/** What a program is told of a checkpoint. */
export function plain({ spec, adapter, comparison, notes }: Checkpoint, lora: LoraPlan | undefined): unknown {
  return maskSecrets({
    ...(spec && { spec }),
    ...(adapter && { adapter: adapter.adapter }),
    ...(comparison && { comparison }),
    ...(lora && { lora }),
    notes,
  }).value
}
