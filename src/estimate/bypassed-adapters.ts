import { modules } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { bypassedLayers } from './replay/mixers/kernels/bypassed-layers.js'
import type { ResolvedModel } from './resolved-model.js'

/**
 * What an estimate says of adapters that kernels leave out.
 *
 * @throws TypeError if there are no others: then nothing is trained, and backward fails
 */
export function bypassedAdapters(
  { architecture, adapters }: Pick<ResolvedModel, 'architecture' | 'adapters'>,
  { kernelPackages }: Pick<CheckedMemoryOptions, 'kernelPackages'>,
): string[] {
  const ends = bypassedLayers(architecture.forward?.mixers, kernelPackages)
  if (ends.length === 0) return []
  const adapted = [...modules(architecture)].map(({ name }) => name).filter((name) => adapters.rankOf(name))
  const layers = ends.filter((end) => adapted.some((name) => name.endsWith(end))).map((end) => end.slice(1))
  if (layers.length === 0) return []
  if (adapted.every((name) => ends.some((end) => name.endsWith(end))))
    throw new TypeError(
      `\`kernelPackages\`: nothing is trained, as the kernels of mamba_ssm leave adapters of ${layers.join(' and ')} out; name other layers in \`targetModules\`, or leave mamba_ssm out`,
    )
  return [
    `adapters of ${layers.join(' and ')} change nothing and get no gradients: the kernels of mamba_ssm multiply by the weights below them`,
  ]
}
