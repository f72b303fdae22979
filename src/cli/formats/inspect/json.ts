import type { Checkpoint } from '../../../checkpoint/read/index.js'
import { jsonText } from '../../json-text.js'
import { plain } from './plain.js'
import type { InspectExtras } from './pretty.js'

/** For programs: the spec or the adapter, the comparison with the files, the LoRA count, and the notes. */
export function json(checkpoint: Checkpoint, { lora }: InspectExtras = {}): string {
  return `${jsonText(plain(checkpoint, lora))}\n`
}
