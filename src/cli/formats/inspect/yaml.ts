import type { Checkpoint } from '../../../checkpoint/read/index.js'
import type { LoraPlan } from '../../lora-count.js'
import { yamlText } from '../../yaml-text.js'
import { plain } from './plain.js'

/** The same for programs and people that write YAML. */
export function yaml(checkpoint: Checkpoint, lora?: LoraPlan): string {
  return yamlText(plain(checkpoint, lora))
}
