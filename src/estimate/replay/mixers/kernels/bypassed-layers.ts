import type { Architecture, Mixer } from '../../../../architecture/index.js'
import type { KernelPackage } from '../../../kernel-packages.js'
import type { LossKind } from '../../loss/loss.js'
import { headOf } from '../../submodules.js'

/** The part of an architecture that says which layers do not run. */
type Described = Pick<Architecture, 'forward' | 'program'>

/**
 * The layers that mamba_ssm does not call in training: it multiplies by their stored weights. An example is `.mamba.out_proj`. An
 * adapter there changes nothing and gets no gradient, since its layer hands on the weight of the layer below it
 * (`BaseTunerLayer.weight` of PEFT 0.21.2).
 */
export function bypassedByKernels(
  { forward }: Described,
  packages: ReadonlySet<KernelPackage> | readonly KernelPackage[] | undefined,
): readonly string[] {
  if (![...(packages ?? [])].includes('mamba_ssm')) return []
  return Object.entries(forward?.mixers ?? {}).flatMap(([block, mixer]) =>
    layersOf(mixer).map((layer) => `.${block}.${layer}`),
  )
}

/** The same for layers that the code of the family does not call, such as LongCat's router. */
export function bypassedByCode({ forward, program }: Described): readonly string[] {
  return [...(forward?.bypassedLayers ?? []), ...(program?.bypassedLayers ?? [])]
}

/**
 * The same of the head, where head and loss are one: the loss gets the stored weight (`lm_head.weight` in `LigerForCausalLMLoss` of Liger 0.8.5, and
 * in `add_fused_lm_head` of TRL 1.16).
 */
export function bypassedByLoss(architecture: Pick<Architecture, 'root'>, kind: LossKind['kind']): readonly string[] {
  const head = kind === 'fused-linear' || kind === 'log-probs' ? headOf(architecture) : undefined
  return head ? [`.${head.name}`] : []
}

function layersOf(mixer: Mixer): readonly string[] {
  if (mixer.kind === 'tokenScan') return mixer.norms === 'modules' ? [] : ['x_proj', 'dt_proj', 'out_proj']
  if (mixer.kind === 'chunkScan') return mixer.isOneKernel === false ? [] : ['out_proj']
  return mixer.kind === 'chunkProducts' ? ['out_proj'] : []
}
