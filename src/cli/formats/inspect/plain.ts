import type { Checkpoint } from '../../../checkpoint/read/index.js'
import { maskSecrets } from '../../../display/index.js'
import type { LoraPlan } from '../../lora-count.js'

/** What the JSON and YAML formats print about a checkpoint. Without a complete spec, `partial_spec` has what is known. Secrets are masked. */
export function plain(
  { spec, partialSpec, quantisation, adapter, comparison, notes }: Checkpoint,
  lora: LoraPlan | undefined,
): unknown {
  return maskSecrets({
    ...(spec && { spec }),
    ...(partialSpec && { partial_spec: partialSpec }),
    ...(quantisation && { quantisation }),
    ...(adapter && { adapter: adapter.adapter }),
    ...(comparison && { comparison }),
    ...(lora && { lora }),
    notes,
  }).value
}
