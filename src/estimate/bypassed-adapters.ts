import { modules } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { NO_ADAPTERS } from './lora/adapter-plan.js'
import { bypassedByCode, bypassedByKernels, bypassedByLoss } from './replay/mixers/kernels/bypassed-layers.js'
import type { ResolvedModel } from './resolved-model.js'

/**
 * What an estimate says of adapters that never run, since kernels, the code of the family or the loss multiply by the weights below them.
 *
 * @throws TypeError if there are no others: then nothing is trained, and backward fails
 */
export function bypassedAdapters(
  { architecture, adapters }: Pick<ResolvedModel, 'architecture' | 'adapters'>,
  { kernelPackages, loss }: Pick<CheckedMemoryOptions, 'kernelPackages' | 'loss'>,
): string[] {
  const byKernels = bypassedByKernels(architecture, kernelPackages)
  const byCode = bypassedByCode(architecture)
  const byLoss = bypassedByLoss(architecture, loss.kind)
  const ends = [...byKernels, ...byCode, ...byLoss]
  if (ends.length === 0 || adapters === NO_ADAPTERS) return []
  const { bypassed, hasOthers } = adaptedOf(architecture, adapters, ends)
  const isAdapted = (end: string): boolean => bypassed.has(end)
  const namesOf = (of: readonly string[]): string =>
    of
      .filter(isAdapted)
      .map((end) => end.slice(1))
      .join(' and ')
  if (namesOf(ends) === '') return []
  if (!hasOthers)
    throw new TypeError(
      byKernels.some(isAdapted)
        ? `\`kernelPackages\`: nothing is trained, as the kernels of mamba_ssm leave adapters of ${namesOf(ends)} out; name other layers in \`targetModules\`, or leave mamba_ssm out`
        : byLoss.some(isAdapted)
          ? `\`lora\`: nothing is trained, as head and loss are one, which leaves adapters of ${namesOf(ends)} out; name other layers in \`targetModules\`, or pass \`loss: 'logits'\``
          : `\`lora\`: nothing is trained, as the code leaves adapters of ${namesOf(ends)} out; name other layers in \`targetModules\``,
    )
  return [
    ...(namesOf(byKernels) === ''
      ? []
      : [`${UNTRAINED(namesOf(byKernels))} the kernels of mamba_ssm multiply by the weights below them`]),
    ...(namesOf(byCode) === '' ? [] : [`${UNTRAINED(namesOf(byCode))} the code multiplies by the weights below them`]),
    ...(namesOf(byLoss) === ''
      ? []
      : [`${UNTRAINED(namesOf(byLoss))} head and loss are one, which reads the weights below them`]),
  ]
}

/** The ends that adapted layers have, and whether others are adapted. Of many layers that are alike it looks at one. */
function adaptedOf(
  architecture: ResolvedModel['architecture'],
  adapters: ResolvedModel['adapters'],
  ends: readonly string[],
): { readonly bypassed: ReadonlySet<string>; readonly hasOthers: boolean } {
  const bypassed = new Set<string>()
  let hasOthers = false
  for (const { name } of modules(architecture)) {
    const own = ends.filter((end) => `.${name}`.endsWith(end))
    const isKnown = own.length === 0 ? hasOthers : own.every((end) => bypassed.has(end))
    if (isKnown || !adapters.rankOf(name)) continue
    hasOthers ||= own.length === 0
    for (const end of own) bypassed.add(end)
    if (hasOthers && ends.every((end) => bypassed.has(end))) break
  }
  return { bypassed, hasOthers }
}

const UNTRAINED = (layers: string): string => `adapters of ${layers} change nothing and get no gradients:`
