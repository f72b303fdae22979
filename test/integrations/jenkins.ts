import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCli } from '../cli/run-cli.js'
import { run } from '../languages/shell.js'
import { CACHE, differs, type Integration, inFolder, ROOT } from './integration.js'

/** How the Warnings plugin names our severities, in each format. Its quality gates count by these names. */
const SEVERITIES: Readonly<Record<'checkstyle' | 'sarif', Readonly<Record<string, string>>>> = {
  checkstyle: { error: 'ERROR', warning: 'NORMAL', info: 'LOW' },
  sarif: { error: 'HIGH', warning: 'NORMAL', info: 'LOW' },
}

/** Our reports in the parsers of Jenkins's Warnings plugin, which are a library of Java. */
export const JENKINS_INTEGRATION: Integration = {
  title: 'reports in the parsers of Jenkins',
  needs: ['mvn', 'javac'],
  run: () =>
    inFolder((folder) => {
      const project = join(CACHE, 'jenkins')
      mkdirSync(project, { recursive: true })
      cpSync(join(import.meta.dirname, 'jenkins'), project, { recursive: true })
      const formats = ['checkstyle', 'sarif'] as const
      const outputs = formats.map((format) => `${format}=${join(folder, format)}`)
      const args = ['check', 'examples/broken', '--format', 'json', ...outputs.flatMap((each) => ['--output', each])]
      const { diagnostics } = JSON.parse(runCli(args, { cwd: ROOT }).stdout)
      const files = formats.map((format) => `${format} ${join(folder, format)}`).join(' ')
      const printed = run(['mvn', '--quiet', '--batch-mode', 'compile', 'exec:java', `-Dexec.args=${files}`], {
        cwd: project,
      })
      const found = printed.split('\n').map((line) => line.replace(/^.*?(?=(?:checkstyle|sarif):)/, ''))
      return formats.flatMap((format) => {
        const expected: string[] = diagnostics.map((one: Found) => issueOf(one, format))
        const read = found.filter((line) => line.startsWith(`${format}:`))
        return differs(format, read.sort(), expected.sort())
      })
    }),
}

interface Found {
  readonly file: string
  readonly line: number
  readonly severity: string
  readonly code: string
}

function issueOf({ file, line, severity, code }: Found, format: 'checkstyle' | 'sarif'): string {
  return `${format}:${file}:${line}:${SEVERITIES[format][severity] ?? ''}:${code}`
}
