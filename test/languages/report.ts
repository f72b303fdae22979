import type { Counts, Implementation } from './conformance.js'
import type { GeneratorTool } from './tool.js'
import { DIFFERENCE_CLASSES, DIFFERENCE_NAMES } from './validators/differences.js'
import type { ValidatorTool } from './validators/tools.js'

/** The generators and their limits as a table for the guide. */
export function generatorTable(tools: readonly GeneratorTool[]): string {
  const rows = tools.map((tool) => {
    const tried = [tool.compile ? 'compiled' : 'names and types', ...(tool.roundTrip ? ['round trip'] : [])].join(', ')
    const limits = (tool.limits ?? []).map(({ text }) => text).join('; ')
    return `| ${tool.language} | ${tool.name} ${tool.version} | \`${tool.artifact}\` | ${tried} | ${limits} |`
  })
  return ['| language | generator | artifact | checked | its own limits |', '|---|---|---|---|---|', ...rows].join('\n')
}

/** How many answers of each implementation are the service's, as a table. */
export function conformanceTable(implementations: readonly Implementation[]): string {
  const rows = implementations.map(({ name, counts }) => `| ${name} | ${cells(counts).join(' | ')} |`)
  return [
    '| implementation | cases asked | same verdict | same errors | same value |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

/** How many verdicts of each validator are the service's, and why the others differ, as a table. */
export function validatorTable(tools: readonly ValidatorTool[], cases: number): string {
  const rows = tools.map(({ name, version, language, artifact, differences }) => {
    const counts = DIFFERENCE_NAMES.map((name) => differences[name] ?? 0)
    const same = percent(cases - counts.reduce((sum, count) => sum + count, 0), cases)
    return `| ${language} | ${name} ${version} | \`${artifact}\` | ${same} | ${counts.join(' | ')} |`
  })
  const head = ['language', 'validator', 'artifact', 'same verdict', ...DIFFERENCE_NAMES]
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows].join('\n')
}

/** The classes of differences, as a list. */
export function differenceList(): string {
  return DIFFERENCE_NAMES.map((name) => `- ${name}: ${DIFFERENCE_CLASSES[name].text}`).join('\n')
}

function cells({ asked, verdict, detail, value }: Counts): string[] {
  const share = (pair: readonly [number, number] | undefined): string =>
    pair === undefined ? 'not answered' : percent(...pair)
  return [asked.toLocaleString('en'), percent(verdict, asked), share(detail), share(value)]
}

/** Rounded down, so that 100 % means all. */
function percent(part: number, whole: number): string {
  return `${(Math.floor((1000 * part) / whole) / 10).toFixed(1)} %`
}
