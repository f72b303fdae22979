import type { CheckpointComparison } from '../../../checkpoint/index.js'
import { painter, type Style } from '../../paint.js'
import { printable } from '../printable.js'

/** How many names of each kind are listed; the rest are only counted. */
const LISTED = 20

/** The differences between a checkpoint's config and its files, for people. */
export function comparisonText({
  verdict,
  missing,
  extra,
  otherShape,
  undetermined,
  notes,
}: CheckpointComparison): string {
  const paint = painter(process.stdout)
  const shapes = otherShape.map(
    ({ name, expected, found }) => `${name}: expected [${expected.join(', ')}], found [${found.join(', ')}]`,
  )
  const rows = [
    paint(VERDICTS[verdict].style, VERDICTS[verdict].text),
    ...listed('missing from the files', missing),
    ...listed('with another shape', shapes),
    ...listed('in an unknown storage format', undetermined),
    ...listed('not described by the config', extra),
    ...notes.map((note) => `note: ${printable(note)}`),
  ]
  return `${rows.join('\n')}\n`
}

const VERDICTS = {
  agrees: { style: 'green', text: 'The files match the config.' },
  differs: { style: 'red', text: 'The files differ from the config.' },
  'cannot tell': {
    style: 'yellow',
    text: 'Cannot tell: no difference found, but some weights are in an unknown storage format.',
  },
} as const satisfies Record<CheckpointComparison['verdict'], { style: Style; text: string }>

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const rest = names.length > LISTED ? [`  … and ${names.length - LISTED} more`] : []
  return [`${names.length} ${what}:`, ...names.slice(0, LISTED).map((name) => `  ${printable(name)}`), ...rest]
}
