import { foldedLinearLayers } from '../../../architecture/index.js'
import type { Checkpoint } from '../../../checkpoint/read/index.js'
import type { Paint } from '../../paint.js'
import { count } from '../numbers.js'
import { printable } from '../printable.js'

/** The linear layers of a model. Layers that differ only in a number share a row. */
export function linearLayersText({ architecture, stored, spec }: Checkpoint, paint: Paint): string[] {
  const tree = architecture ?? stored
  const layers: readonly (readonly [name: string, size: readonly number[]])[] = tree
    ? [...foldedLinearLayers(tree)]
    : (spec?.linear_layers ?? []).map((layer) => [layer.name, [layer.in_features, layer.out_features]])
  if (layers.length === 0) return []
  const width = Math.max(...layers.map(([name]) => name.length))
  const rows = layers.map(([name, size]) => `  ${printable(name).padEnd(width)}  ${size.map(count).join(' → ')}`)
  return [`${paint('bold', 'Linear layers')}\n${rows.join('\n')}`]
}
