import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))

/** The version of the platform that the records are of. */
export const RECORDED_VERSION = /^nemo-platform\[.*\]==(\S+)$/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[1] ?? ''

/**
 * The Python of an installation of the platform: the one that is named, or one under `.cache/oracle`, which is made where there is none. It
 * takes 1.6 GB, and seconds with uv; plain pip does not come to an end. Another version than the recorded one chooses what it needs itself.
 */
export function platformPython(named: string | undefined, version = RECORDED_VERSION): string {
  if (named !== undefined) return named
  const folder = fileURLToPath(new URL(`../../.cache/oracle/${version}`, import.meta.url))
  const python = `${folder}/bin/python`
  if (!existsSync(`${folder}/bin/nemo`)) {
    const run = (command: string, ...args: string[]): unknown => execFileSync(command, args, { stdio: 'inherit' })
    run('python3', '-m', 'venv', folder)
    run(python, '-m', 'pip', 'install', '--quiet', 'uv')
    const wanted = version === RECORDED_VERSION ? ['-r', REQUIREMENTS] : [`nemo-platform[services,all]==${version}`]
    run(`${folder}/bin/uv`, 'pip', 'install', '--python', python, ...wanted)
  }
  return python
}
