/**
 * The page of a code: its section in the rules, or its row in the errors with the heads of its columns. Undefined for an
 * unknown code.
 *
 * @param rules - the text of docs/lint-rules.md
 * @param errors - the text of docs/errors.md
 */
export function pageOfCode(code: string, rules: string, errors: string): string | undefined {
  const section = rules.split(/^(?=## )/m).find((one) => one.startsWith(`## \`${code}\`\n`))
  if (section !== undefined) return `${section.replace(/^## `(.+)`/, '# $1').trimEnd()}\n`
  const lines = errors.split('\n')
  const at = lines.findIndex((line) => cellsOf(line)[0] === `\`${code}\``)
  if (at < 0) return undefined
  let head = at
  while (head > 0 && lines[head - 1]?.startsWith('|')) head -= 1
  const names = cellsOf(lines[head] ?? '')
  const facts = cellsOf(lines[at] ?? '')
    .slice(1)
    .map((cell, index) => `${names[index + 1] ?? ''}: ${cell}`)
  return `# ${code}\n\n${facts.join('\n')}\n`
}

function cellsOf(line: string): string[] {
  return line.startsWith('| ')
    ? line
        .replace(/^\| /, '')
        .replace(/ ?\|\s*$/, '')
        .split(' | ')
    : []
}
