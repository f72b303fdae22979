import type { Architecture, Mixer } from '../../../../architecture/index.js'
import type { KernelPackage } from '../../../kernel-packages.js'

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

function layersOf(mixer: Mixer): readonly string[] {
  if (mixer.kind === 'tokenScan') return mixer.norms === 'modules' ? [] : ['x_proj', 'dt_proj', 'out_proj']
  if (mixer.kind === 'chunkScan') return mixer.isOneKernel === false ? [] : ['out_proj']
  return mixer.kind === 'chunkProducts' ? ['out_proj'] : []
}
