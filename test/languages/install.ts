import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from './command.js'
import { type RunOptions, run } from './shell.js'

/** Packages with exact versions, in a folder of their own below the cache. */
export type Install =
  | { readonly kind: 'pip'; readonly folder: string; readonly packages: readonly string[] }
  | { readonly kind: 'npm'; readonly folder: string; readonly packages: readonly string[] }
  | { readonly kind: 'go'; readonly folder: string; readonly packages: readonly string[] }
  | { readonly kind: 'cargo'; readonly folder: string; readonly packages: readonly string[] }
  | { readonly kind: 'maven'; readonly folder: string; readonly packages: readonly string[] }

/** A tool that no registry gives: its check is skipped, and says so. */
export class NotInstalled extends Error {}

/**
 * Installs what is not there yet, or is there in another version. A registry that does not answer is asked twice.
 *
 * @throws NotInstalled with the end of what the installer printed
 */
export function install(cache: string, wanted: Install): void {
  const folder = join(cache, wanted.folder)
  const note = join(folder, '.installed')
  const content = `${wanted.packages.join('\n')}\n`
  if (existsSync(note) && readFileSync(note, 'utf8') === content) return
  try {
    installInto(folder, wanted)
  } catch {
    try {
      installInto(folder, wanted)
    } catch (error) {
      throw new NotInstalled(error instanceof Error ? error.message : String(error))
    }
  }
  mkdirSync(dirname(note), { recursive: true })
  writeFileSync(note, content)
}

function installInto(folder: string, { kind, packages }: Install): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { command, env } of INSTALLERS[kind](folder, packages)) run(command, { cwd: folder, env })
}

interface Step {
  readonly command: Command
  readonly env: NonNullable<RunOptions['env']>
}

const INSTALLERS: Readonly<Record<Install['kind'], (folder: string, packages: readonly string[]) => Step[]>> = {
  pip: (folder, packages) => [
    { command: ['python3', '-m', 'venv', folder], env: {} },
    { command: [join(folder, 'bin/pip'), 'install', '--quiet', ...packages], env: {} },
  ],
  npm: (folder, packages) => [
    { command: ['npm', 'install', '--silent', '--no-save', '--prefix', folder, ...packages], env: {} },
  ],
  go: (folder, packages) =>
    packages.map((name) => ({ command: ['go', 'install', name], env: { GOBIN: join(folder, 'bin') } })),
  cargo: (folder, packages) =>
    packages.map((name) => ({ command: ['cargo', 'install', '--quiet', '--locked', name, '--root', folder], env: {} })),
  maven: (folder, packages) =>
    packages.map((name) => ({
      command: [
        ...(['mvn', '--quiet', '--batch-mode', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy'] as const),
        ...[`-Dartifact=${name}`, `-DoutputDirectory=${folder}`, '-Dmdep.stripVersion=true'],
      ],
      env: {},
    })),
}
