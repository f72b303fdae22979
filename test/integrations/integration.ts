import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Something that is tried with a tool that the package is made for: a shell, a hook runner, a reviewer. */
export interface Integration {
  readonly title: string
  /** The programs that must be on the machine; with arguments, a command that must succeed. */
  readonly needs: readonly string[]
  /** What is wrong; nothing if all is well. */
  readonly run: () => readonly string[]
}

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '../..')

/** The built command. */
export const CLI = join(ROOT, 'dist/cli.js')

/** Where tools are installed; kept between runs. */
export const CACHE = join(ROOT, '.cache/integrations')

/** Whether a program is on the machine; with arguments, whether it succeeds. */
export function isThere(program: string): boolean {
  const [name = '', ...args] = program.split(' ')
  if (args.length > 0) return spawnSync(name, args).status === 0
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
}

/** Passes an empty folder to a function, and removes it afterwards. */
export function inFolder<Result>(work: (folder: string) => Result): Result {
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'work-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A fault if something is not what it should be. */
export function differs(what: string, found: unknown, expected: unknown): readonly string[] {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)]
  return left === right ? [] : [`${what}: ${left}, not ${right}`]
}
