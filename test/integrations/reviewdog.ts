import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCli } from '../cli/run-cli.js'
import { NotInstalled } from '../languages/install.js'
import { run } from '../languages/shell.js'
import { CACHE, differs, type Integration, ROOT } from './integration.js'

const MODULE = 'github.com/reviewdog/reviewdog@v0.20.3'

/** Our reports in reviewdog, which prints what it understands. */
export const REVIEWDOG_INTEGRATION: Integration = {
  title: 'reports in reviewdog',
  needs: ['go'],
  run() {
    const tool = reviewdog()
    const args = ['check', 'examples/broken', 'examples/dense.yaml']
    const { diagnostics } = JSON.parse(runCli([...args, '--format', 'json'], { cwd: ROOT }).stdout)
    const expected: string[] = diagnostics.map((one: Found) => `${one.file}:${one.line}:${one.severity}:${one.code}`)
    return ['rdjson', 'checkstyle', 'sarif'].flatMap((format) => {
      const input = runCli([...args, '--format', format], { cwd: ROOT }).stdout
      const flags = [`-f=${format}`, '-reporter=rdjson', '-filter-mode=nofilter', '-fail-level=none']
      const said = JSON.parse(run([tool, ...flags], { cwd: ROOT, input }))
      const found: string[] = said.diagnostics.map(understood)
      return differs(format, found.sort(), [...expected].sort())
    })
  },
}

interface Found {
  readonly file: string
  readonly line: number
  readonly severity: string
  readonly code: string
}

/** One finding as reviewdog understands it. Checkstyle has the name of the tool in front of a code. */
function understood(one: {
  readonly location: { readonly path: string; readonly range: { readonly start: { readonly line: number } } }
  readonly severity?: string
  readonly code?: { readonly value: string }
}): string {
  const severity = (one.severity ?? '').toLowerCase()
  const code = (one.code?.value ?? '').replace(/^model-entity\./, '')
  return `${one.location.path}:${one.location.range.start.line}:${severity}:${code}`
}

/** Built in its own module, where its own checksums of its dependencies count. */
function reviewdog(): string {
  const program = join(CACHE, 'reviewdog/reviewdog')
  if (existsSync(program)) return program
  mkdirSync(join(CACHE, 'reviewdog'), { recursive: true })
  try {
    const { Dir: folder } = JSON.parse(run(['go', 'mod', 'download', '-json', MODULE], { cwd: CACHE }))
    run(['go', 'build', '-o', program, './cmd/reviewdog'], { cwd: folder })
  } catch (error) {
    throw new NotInstalled(error instanceof Error ? error.message : String(error))
  }
  return program
}
