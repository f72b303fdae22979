import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { run } from '../languages/shell.js'
import { type Integration, inFolder, ROOT } from './integration.js'

const PAGE = join(ROOT, 'man/model-entity.1')

/** The manual page in both of its formatters. */
export const MANUAL_INTEGRATIONS: readonly Integration[] = [
  {
    title: 'the manual page in mandoc',
    needs: ['mandoc'],
    // The page is made of the definitions, which have no date.
    run: () => warningsOf('mandoc', '-Tlint', PAGE).filter((line) => !line.includes('missing date')),
  },
  { title: 'the manual page, where npm installs it', needs: ['npm', 'man'], run: () => inFolder(installed) },
  { title: 'the manual page in groff', needs: ['groff'], run: () => warningsOf('groff', '-man', '-ww', '-z', PAGE) },
]

/** A global installation links the page to where `man` finds it. */
function installed(folder: string): readonly string[] {
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const tarball = run(['npm', ...pack], { cwd: ROOT }).trim()
  run(['npm', 'install', '--global', '--silent', '--ignore-scripts', '--prefix', folder, join(folder, tarball)], {
    cwd: folder,
  })
  const env = { MANPATH: join(folder, 'share/man'), MANPAGER: 'cat' }
  const shown = run(['man', 'model-entity'], { cwd: folder, env })
  return /SYNOPSIS\s+model-entity check/.test(shown) ? [] : ['man does not show it']
}

function warningsOf(program: string, ...args: string[]): string[] {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
}
