import type { MemoryPart } from '../../../estimate/index.js'
import type { Style } from '../../paint.js'

/** The parts of the bar. Each has a letter as well as a colour, since not every terminal or reader sees colours. */
export const PARTS: readonly {
  readonly part: MemoryPart
  readonly letter: string
  readonly style: Style
  readonly label: string
}[] = [
  { part: 'parameters', letter: 'P', style: 'blue', label: 'parameters' },
  { part: 'gradients', letter: 'G', style: 'magenta', label: 'gradients' },
  { part: 'optimizerStates', letter: 'O', style: 'yellow', label: 'optimizer states' },
  { part: 'activations', letter: 'A', style: 'green', label: 'activations' },
  { part: 'temporary', letter: 'T', style: 'cyan', label: 'temporary' },
  { part: 'kvCache', letter: 'K', style: 'red', label: 'KV cache' },
  { part: 'buffers', letter: 'B', style: 'dim', label: 'buffers' },
]
