import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a program to its end, and answers what it printed. */
export async function run(program: string, args: readonly string[], cwd = ROOT): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd, maxBuffer: 2 ** 26 })
  return stdout
}

/** The packed package: the folder that all of it stands in, the tarball, and the paths in it. */
export interface Packed {
  readonly folder: string
  readonly tarball: string
  readonly paths: readonly string[]
}

/**
 * Packs a clean clone: a new folder with the files that git knows or would take, and nothing that was built here. The clone
 * uses the packages that are installed here, and no network.
 */
export async function packClone(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'packed-'))
  const clone = join(folder, 'clone')
  await mkdir(clone)
  await copySources(clone)
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'))
  return packedFrom(folder, await pack(clone, folder))
}

/** Packs this checkout with the `dist/` that stands in it, which takes a second. */
export async function packBuilt(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'packed-'))
  return packedFrom(folder, await pack(ROOT, folder, '--ignore-scripts'))
}

async function packedFrom(folder: string, tarball: string): Promise<Packed> {
  const paths = (await run('tar', ['-tzf', tarball])).trim().split('\n')
  return { folder, tarball, paths: paths.map((path) => path.replace(/^package\//, '')).sort() }
}

/** Installs a packed package as a user does; its dependencies are packed from those that are installed here. */
export async function install({ folder, tarball }: Packed): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const names = Object.keys(dependencies)
  const others = await Promise.all(
    names.map((name) => pack(join(ROOT, 'node_modules', name), folder, '--ignore-scripts')),
  )
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball, ...others], folder)
}

/** A second folder with the installed package, and the frameworks of this checkout as its neighbours. */
export async function withFrameworks({ folder }: Packed): Promise<string> {
  const servers = join(folder, 'servers')
  await cp(join(folder, 'node_modules'), join(servers, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  await writeFile(join(servers, 'package.json'), '{ "private": true, "type": "module" }')
  await cp(join(import.meta.dirname, 'typed-servers.ts.txt'), join(servers, 'typed-servers.ts'))
  for (const name of FRAMEWORKS) {
    const target = join(servers, 'node_modules', name)
    await mkdir(dirname(target), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), target)
  }
  return servers
}

/** A folder with the installed package beside typebox 1, and programs that use both. */
export async function besideTypebox1({ folder }: Packed): Promise<string> {
  const beside = join(folder, 'beside')
  await cp(join(folder, 'node_modules'), join(beside, 'node_modules'), { recursive: true })
  await cp(join(ROOT, 'node_modules/typebox'), join(beside, 'node_modules/typebox'), { recursive: true })
  await writeFile(join(beside, 'package.json'), '{ "private": true, "type": "module" }')
  await cp(join(import.meta.dirname, 'typed-typebox-1.ts.txt'), join(beside, 'typed.ts'))
  await cp(join(import.meta.dirname, 'typebox-1.mjs'), join(beside, 'typebox-1.mjs'))
  return beside
}

const FRAMEWORKS = ['@nestjs/common', '@types/express', '@types/node', 'elysia', 'express', 'fastify', 'hono']

async function copySources(target: string): Promise<void> {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'])
  const files = listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)))
  await Promise.all(files.map((path) => cp(join(ROOT, path), join(target, path))))
}

async function pack(source: string, target: string, ...options: readonly string[]): Promise<string> {
  const name = await run('npm', ['pack', '--silent', ...options, '--pack-destination', target], source)
  return join(target, name.trim())
}
