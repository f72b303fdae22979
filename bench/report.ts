import { cpus, type } from 'node:os'

/** One table of the report: times in nanoseconds, by who took them. */
export interface Table {
  readonly title: string
  readonly note: string
  /** Who the others are compared with. */
  readonly baseline: string
  readonly times: ReadonlyMap<string, number>
}

/** One aim, and what was measured. */
export interface Aim {
  readonly text: string
  readonly measured: number
  readonly atMost: number
}

/** The page docs/performance.md. */
export function report(
  tables: readonly Table[],
  aims: readonly Aim[],
  versions: readonly string[],
  remarks: string,
): string {
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${type()}, Node ${process.versions.node}`
  return `# Performance

Written by \`npm run bench\`: all in one run on one machine, everyone in turns in every round, medians. Times differ between
machines; ratios less so. Peers get the same definition, with the same bounds, patterns and formats, each in the form that is
natural to it (\`bench/peers\`).

- Machine: ${machine}
- Date: ${new Date().toISOString().slice(0, 10)}
- Versions: ${versions.join(', ')}

## Aims

| aim | at most | measured | |
|---|---|---|---|
${aims.map(aimRow).join('\n')}

${tables.map(tableText).join('\n\n')}

${remarks}`
}

function aimRow({ text, measured, atMost }: Aim): string {
  if (Number.isNaN(measured)) return `| ${text} | ${atMost.toFixed(2)} | not measured | |`
  return `| ${text} | ${atMost.toFixed(2)} | ${measured.toFixed(2)} | ${measured <= atMost ? 'met' : 'not met'} |`
}

function tableText({ title, note, baseline, times }: Table): string {
  const base = times.get(baseline) ?? Number.NaN
  const rows = [...times].sort(([, a], [, b]) => a - b)
  return `## ${title}

${note}

| | µs a call | ratio |
|---|---|---|
${rows.map(([name, time]) => `| ${name} | ${(time / 1000).toFixed(2)} | ${(time / base).toFixed(2)} |`).join('\n')}`
}
