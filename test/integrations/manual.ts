import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Integration, ROOT } from './integration.js'

const PAGE = join(ROOT, 'man/model-entity.1')

/** The manual page in both of its formatters. */
export const MANUAL_INTEGRATIONS: readonly Integration[] = [
  {
    title: 'the manual page in mandoc',
    needs: ['mandoc'],
    // The page is made of the definitions, which have no date.
    run: () => warningsOf('mandoc', '-Tlint', PAGE).filter((line) => !line.includes('missing date')),
  },
  { title: 'the manual page in groff', needs: ['groff'], run: () => warningsOf('groff', '-man', '-ww', '-z', PAGE) },
]

function warningsOf(program: string, ...args: string[]): string[] {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
}
