/** Prints what survived, each with the code before and after, and the score. */
import { readFileSync } from 'node:fs'
import type { Fate } from './job.js'
import type { Mutant } from './mutant.js'

/** Returns the score: how many of a hundred mutants the tests notice. */
export function report(
  room: string,
  all: number,
  mutants: readonly Mutant[],
  fates: ReadonlyMap<string, Fate>,
): number {
  const count: Record<Fate['fate'], number> = { killed: 0, hung: 0, crashed: 0, survived: 0, 'not run': 0 }
  for (const mutant of mutants) {
    const fate = fates.get(mutant.id)?.fate ?? 'not run'
    count[fate] += 1
    if (fate === 'survived' || fate === 'not run') console.log(`${fate}: ${shown(mutant)}`)
    if (fate === 'hung' || fate === 'crashed') console.log(`noticed, ${fate}: ${shown(mutant)}`)
  }
  const noticed = count.killed + count.hung + count.crashed
  const score = (100 * noticed) / mutants.length
  const counts = Object.entries(count).map(([fate, count]) => `${count} ${fate}`)
  console.log(
    `${room}: ${score.toFixed(1)} % of ${mutants.length} mutants noticed (${counts.join(', ')}), of ${all} in the room`,
  )
  return score
}

function shown({ fileName, location: { start, end }, mutatorName, replacement }: Mutant): string {
  const lines = readFileSync(fileName, 'utf8').split('\n')
  const [first = '', ...more] = lines.slice(start.line, end.line + 1)
  const last = more.at(-1)
  const before =
    last === undefined
      ? first.slice(start.column, end.column)
      : `${first.slice(start.column)} … ${last.slice(0, end.column)}`
  return `${fileName}:${start.line + 1}:${start.column + 1} ${mutatorName}\n    - ${before}\n    + ${replacement.replaceAll(/\s*\n\s*/g, ' ')}`
}
