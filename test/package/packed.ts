import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises'
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

/** A packed package: the tarball, the folder it stands in, and the paths in it. */
export interface Packed {
  readonly folder: string
  readonly tarball: string
  readonly paths: readonly string[]
}

/** Packs the package into a new folder. */
export async function pack(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'packed-'))
  const name = (await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder])).trim()
  const tarball = join(folder, name)
  const paths = (await run('tar', ['-tzf', tarball])).trim().split('\n')
  return { folder, tarball, paths: paths.map((path) => path.replace(/^package\//, '')).sort() }
}

/** Installs a packed package beside its dependencies, which are linked from the checkout: no network is asked. */
export async function install({ folder, tarball }: Packed): Promise<void> {
  const target = join(folder, 'node_modules/model-entity')
  await mkdir(target, { recursive: true })
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', target])
  const { dependencies } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), link)
  }
}
