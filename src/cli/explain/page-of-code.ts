/**
 * The page of a code: its section in the rules, or its rows in the errors with the heads of their columns. Undefined for an
 * unknown code.
 *
 * @param rules - the text of docs/lint-rules.md
 * @param errors - the text of docs/errors.md
 */
export function pageOfCode(code: string, rules: string, errors: string): string | undefined {
  const sections = rules.replace(ANCHOR, '').split(/^(?=## )/m)
  const section = sections.find((one) => one.startsWith(`## \`${code}\`\n`))
  if (section !== undefined) return `${section.replace(/^## `(.+)`/, '# $1').trimEnd()}\n`
  const lines = errors.replace(ANCHOR, '').split('\n')
  const rows = lines.flatMap((line, at) => (cellsOf(line)[0] === `\`${code}\`` ? [factsOf(lines, at)] : []))
  return rows.length === 0 ? undefined : `# ${code}\n\n${rows.join('\n\n')}\n`
}

/** What a link to a code leads to, where its heading has another anchor or none. */
const ANCHOR = /<a id="[^"]*"><\/a>(?:\n\n)?/g

/** A row of a table, each cell with the head of its column. */
function factsOf(lines: readonly string[], at: number): string {
  let head = at
  while (head > 0 && lines[head - 1]?.startsWith('|')) head -= 1
  const names = cellsOf(lines[head] ?? '')
  const [, ...facts] = cellsOf(lines[at] ?? '')
  return facts.map((cell, index) => `${names[index + 1] ?? ''}: ${cell}`).join('\n')
}

function cellsOf(line: string): string[] {
  return line.startsWith('| ')
    ? line
        .replace(/^\| /, '')
        .replace(/ ?\|\s*$/, '')
        .split(' | ')
    : []
}
