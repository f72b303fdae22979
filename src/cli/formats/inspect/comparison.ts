import type { CheckpointComparison } from '../../../checkpoint/index.js'
import { painter, type Style } from '../../paint.js'
import { printable } from '../printable.js'

/** How many names of a kind are listed before the rest is only counted. */
const LISTED = 20

/** What differs between a checkpoint's config and its files, for a person. */
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
    ...listed('of another shape', shapes),
    ...listed('stored in a way that is not understood', undetermined),
    ...listed('not described by the config', extra),
    ...notes.map((note) => `note: ${printable(note)}`),
  ]
  return `${rows.join('\n')}\n`
}

const VERDICTS = {
  agrees: { style: 'green', text: 'The files hold what the config describes.' },
  differs: { style: 'red', text: 'The files differ from the config.' },
  'cannot tell': {
    style: 'yellow',
    text: 'Cannot tell: nothing differs, but some weights are stored in a way that is not understood.',
  },
} as const satisfies Record<CheckpointComparison['verdict'], { style: Style; text: string }>

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const rest = names.length > LISTED ? [`  … and ${names.length - LISTED} more`] : []
  return [`${names.length} ${what}:`, ...names.slice(0, LISTED).map((name) => `  ${printable(name)}`), ...rest]
}
