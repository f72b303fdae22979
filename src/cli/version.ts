import { readFileSync } from 'node:fs'

/** The version of the package. A copy of the command without its package.json still works. */
export function version(): string {
  try {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    return String(version)
  } catch {
    return 'unknown'
  }
}
