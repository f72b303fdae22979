import type { Checkpoint } from '../../../checkpoint/read/index.js'
import type { LoraPlan } from '../../lora-count.js'
import { yamlText } from '../../yaml-text.js'
import { plain } from './plain.js'

/** The same content as the JSON format, as YAML. */
export function yaml(checkpoint: Checkpoint, lora?: LoraPlan): string {
  return yamlText(plain(checkpoint, lora))
}
