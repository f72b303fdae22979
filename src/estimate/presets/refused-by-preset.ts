import { type MemoryMethod, methodOf } from '../methods.js'
import type { Layout } from '../shard/layout.js'
import { type PresetName, presetOf } from './presets.js'

/** Why the framework of a preset does not train in a layout; absent if it does, and without a preset. */
export function refusedByPreset(
  { preset, method }: { readonly preset: PresetName | undefined; readonly method: MemoryMethod },
  { tensor, pipeline }: Pick<Layout, 'tensor' | 'pipeline'>,
): string | undefined {
  if (preset === undefined) return undefined
  const run = { tensor, pipeline, trains: methodOf(method).trains }
  const found = presetOf(preset).refusesLayouts?.find(({ when }) => when(run))
  return found && `preset ${preset}: ${found.reason}`
}
