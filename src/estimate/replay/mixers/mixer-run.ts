import type { KernelPackage } from '../../kernel-packages.js'
import type { Arrays } from '../arrays/arrays.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Named } from '../submodules.js'
import type { RecurrentStates } from './states.js'

/** What a block in the place of attention needs. */
export interface MixerRun {
  readonly arrays: Arrays
  readonly run: DecoderRun
  readonly block: Named
  /** The full name of its module. */
  readonly name: string
  /** The cache of a prefill. */
  readonly cache: RecurrentStates | undefined
  /** The packages whose kernels run. */
  readonly packages: ReadonlySet<KernelPackage>
}
