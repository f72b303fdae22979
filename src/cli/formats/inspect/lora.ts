import type { LoraTarget } from '../../../estimate/index.js'
import type { LoraPlan } from '../../lora-count.js'
import type { Paint } from '../../paint.js'
import { count, plural, share } from '../numbers.js'
import { printable } from '../printable.js'

/** What a LoRA would train, for people: the total, then a row for each kind of module. */
export function loraText(
  { rank, trainableParameters, modules, targets }: LoraPlan,
  total: number,
  paint: Paint,
): string {
  const trained = `${count(trainableParameters)} trainable parameters in ${plural(modules, 'module')}`
  const rows = byKind(targets).map(
    ([kind, { modules, parameters }]) =>
      `  ${printable(kind).padEnd(14)} ${count(modules).padStart(7)}  ${count(parameters)}`,
  )
  return [`${paint('bold', `LoRA of rank ${rank}`)}  ${trained}, ${share(trainableParameters, total)}`, ...rows].join(
    '\n',
  )
}

/** Groups the targets by the last part of their names: the `q_proj` modules of all layers together. */
function byKind(targets: readonly LoraTarget[]): [string, { modules: number; parameters: number }][] {
  const kinds = new Map<string, { modules: number; parameters: number }>()
  for (const { name, modules, parameters } of targets) {
    const kind = name.split('.').at(-1) ?? name
    const known = kinds.get(kind) ?? { modules: 0, parameters: 0 }
    kinds.set(kind, { modules: known.modules + modules, parameters: known.parameters + parameters })
  }
  return [...kinds]
}
