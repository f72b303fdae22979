import type { Checkpoint } from '../../../checkpoint/read/index.js'
import { yamlText } from '../../yaml-text.js'
import { plain } from './plain.js'
import type { InspectExtras } from './pretty.js'

/** The same content as the JSON format, as YAML. */
export function yaml(checkpoint: Checkpoint, { lora }: InspectExtras = {}): string {
  return yamlText(plain(checkpoint, lora))
}
