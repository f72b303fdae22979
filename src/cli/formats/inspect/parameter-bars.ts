import { isTower, parametersByPart } from '../../../architecture/index.js'
import type { Checkpoint } from '../../../checkpoint/read/index.js'
import type { Paint } from '../../paint.js'
import { count, share } from '../numbers.js'
import { printable } from '../printable.js'

const BAR_WIDTH = 30
const LABEL_WIDTH = 14

/** The parameters of each part, with a bar for its share. Towers have their own bars, beside that of the language model. */
export function parameterBars({ architecture, stored, ggufParts }: Checkpoint, paint: Paint): string[] {
  const tree = architecture ?? stored
  const byPart = tree ? parametersByPart(tree) : ggufParts
  if (!byPart) return []
  const parts = Object.entries(byPart).sort(([, a], [, b]) => b - a)
  const total = sumOf(parts)
  const row = (label: string, parameters: number) => {
    const bar = '█'.repeat(total > 0 ? Math.round((BAR_WIDTH * parameters) / total) : 0).padEnd(BAR_WIDTH, '░')
    return `  ${printable(label).padEnd(LABEL_WIDTH)} ${paint('cyan', bar)} ${share(parameters, total).padStart(7)}  ${count(parameters)}`
  }
  const towers = parts.filter(([part]) => isTower(part))
  const language = parts.filter(([part]) => !isTower(part))
  const indent = towers.length > 0 ? '  ' : ''
  const rows = [
    ...(towers.length > 0 && language.length > 0 ? [row('language model', sumOf(language))] : []),
    ...language.map(([part, parameters]) => row(indent + part, parameters)),
    ...towers.map(([part, parameters]) => row(part, parameters)),
  ]
  return [`${paint('bold', 'Parameters')}  ${count(total)}\n${rows.join('\n')}`]
}

function sumOf(parts: readonly (readonly [part: string, parameters: number])[]): number {
  return parts.reduce((sum, [, parameters]) => sum + parameters, 0)
}
