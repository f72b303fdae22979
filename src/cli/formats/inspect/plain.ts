import type { Checkpoint } from '../../../checkpoint/read/index.js'
import { maskSecrets } from '../../../display/index.js'
import type { LoraPlan } from '../../lora-count.js'

/** What the JSON and YAML formats print about a checkpoint. Secrets are masked. */
export function plain({ spec, adapter, comparison, notes }: Checkpoint, lora: LoraPlan | undefined): unknown {
  return maskSecrets({
    ...(spec && { spec }),
    ...(adapter && { adapter: adapter.adapter }),
    ...(comparison && { comparison }),
    ...(lora && { lora }),
    notes,
  }).value
}
