import type { ForwardPass, Mixer } from '../architecture/index.js'
import { KERNEL_PACKAGES, type KernelPackage } from './kernel-packages.js'

/** The packages that each kind of block can use: every list is used only if all of it is installed. */
const USED: Readonly<Record<Mixer['kind'], readonly (readonly KernelPackage[])[]>> = {
  tokenScan: [['mamba_ssm', 'causal_conv1d']],
  headScan: [],
  chunkScan: [['mamba_ssm', 'causal_conv1d']],
  shortConv: [['causal_conv1d']],
  gatedDelta: [['fla'], ['causal_conv1d']],
  chunkProducts: [['mamba_ssm', 'causal_conv1d'], ['causal_conv1d']],
  solvedDelta: [['fla'], ['causal_conv1d']],
  kimiDelta: [['causal_conv1d']],
  lightning: [],
  gatedRecurrence: [],
  timeMix: [],
}

/**
 * Refuses packages of kernels that no layer of the model uses, which would otherwise change nothing in silence.
 *
 * @throws TypeError that names the package, and those that the model uses
 */
export function refusePackages(
  family: string,
  mixers: NonNullable<ForwardPass['mixers']>,
  given: readonly KernelPackage[],
): void {
  const groups = Object.values(mixers).flatMap((mixer) =>
    mixer.kind === 'tokenScan' && mixer.usesKernels === false ? [] : USED[mixer.kind],
  )
  for (const name of given) {
    const own = groups.filter((group) => group.includes(name))
    if (own.some((group) => group.every((one) => given.includes(one)))) continue
    const missing = own[0]?.find((one) => !given.includes(one))
    if (missing)
      throw new TypeError(`\`kernelPackages\`: transformers uses ${name} for ${family} only together with ${missing}`)
    throw new TypeError(
      `\`kernelPackages\`: the estimate of ${family} has no kernels of ${name}; ${alternatives(groups)}`,
    )
  }
}

function alternatives(groups: readonly (readonly KernelPackage[])[]): string {
  const known = KERNEL_PACKAGES.filter((name) => groups.some((group) => group.includes(name)))
  return known.length === 0 ? 'leave the option out' : `it has those of ${known.join(' and ')}`
}
