/** A Git repository with three committed manifests, new for each test of a file. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { runCli } from './run-cli.js'

/** A manifest with one warning, in line 2. */
export const WARNS = 'name: ab\ntrust_remote_code: true\n'

/** Makes the repository before each test, and removes it afterwards. */
export function useRepository() {
  let folder: string
  const path = (name: string) => join(folder, name)
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), text)
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { stdio: 'pipe' })
  const check = (...args: string[]) => {
    const { code, stdout, stderr } = runCli(['check', ...args, '--format', 'jsonl'], { cwd: folder })
    const found = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    return { code, found: found.map(({ file, line, code: what }) => `${file}:${line} ${what}`), stderr }
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'git-'))
    git('init', '-q', '-b', 'main')
    write('models/old.yaml', 'name: old\ntrust_remote_code: true\n')
    write('models/gone.yaml', WARNS)
    write('models/moved.yaml', 'name: moved\ntrust_remote_code: true\n')
    write('.gitignore', 'ignored.yaml\n')
    git('add', '.')
    git('commit', '-qm', 'one')
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  return { path, write, git, check }
}
