import type { CheckpointComparison } from '../../checkpoint/index.js'
import { painter } from '../paint.js'
import { printable } from './printable.js'

/** How many names of a kind are listed before the rest is only counted. */
const LISTED = 20

/** What differs between a checkpoint's config and its files, for a person. */
export function comparisonText({ agrees, missing, extra, otherShape, notes }: CheckpointComparison): string {
  const paint = painter(process.stdout)
  const shapes = otherShape.map(
    ({ name, expected, found }) => `${name}: expected [${expected.join(', ')}], found [${found.join(', ')}]`,
  )
  const rows = [
    paint(
      agrees ? 'green' : 'red',
      agrees ? 'The files hold what the config describes.' : 'The files differ from the config.',
    ),
    ...listed('missing from the files', missing),
    ...listed('of another shape', shapes),
    ...listed('not described by the config', extra),
    ...notes.map((note) => `note: ${printable(note)}`),
  ]
  return `${rows.join('\n')}\n`
}

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const rest = names.length > LISTED ? [`  … and ${names.length - LISTED} more`] : []
  return [`${names.length} ${what}:`, ...names.slice(0, LISTED).map((name) => `  ${printable(name)}`), ...rest]
}
