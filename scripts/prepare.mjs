/**
 * Installs and builds what a command needs. Does nothing if that is up to date.
 *
 *     node scripts/prepare.mjs install      node_modules, from package-lock.json
 *     node scripts/prepare.mjs build        and also dist/, including the page, from src/ and page/
 *     node scripts/prepare.mjs dependency   dist/, where npm installs the package from Git, as pre-commit does; otherwise nothing
 *
 * Plain JavaScript with only Node's own modules, because it runs before anything is installed.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

// npm sets this variable where it prepares a package from Git, and afterwards packs what `files` lists. With `--global` it has installed
// that way too what the build needs.
if (process.argv[2] === 'dependency') {
  if (process.env._PACOTE_NO_PREPARE_ !== undefined) {
    run(npm, ['ci', '--global=false', '--include=dev', '--ignore-scripts', '--no-fund', '--no-audit'])
    run(npm, ['run', '--global=false', '--silent', 'build'])
  }
  process.exit()
}

// A link points to the folder of another checkout: do not install into it.
if (!isLink('node_modules'))
  upToDate('node_modules', ['package-lock.json'], () => run(npm, ['ci', '--no-fund', '--no-audit']))
if (process.argv[2] === 'build') {
  const sources = [
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.declarations.json',
    'tsup.config.ts',
    'src',
    'page',
    'scripts/build',
    'scripts/page',
  ]
  upToDate('dist', sources, () => run(npm, ['run', '--silent', 'build']))
}

/** Runs `make`, unless `folder` exists and was made from the same `sources`. A stamp in the folder records them. */
function upToDate(folder, sources, make) {
  const stamp = join(root, folder, '.made-from')
  const wanted = digest(sources)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  make()
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(stamp, wanted)
}

function isLink(folder) {
  return lstatSync(join(root, folder), { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

function digest(sources) {
  const hash = createHash('sha256')
  for (const source of sources)
    for (const file of files(join(root, source))) hash.update(relative(root, file)).update(readFileSync(file))
  return hash.digest('hex')
}

function files(path) {
  try {
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort()
  } catch {
    return [path]
  }
}

/** Sends all output to standard error, because standard output belongs to the command. */
function run(program, args) {
  execFileSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], shell: program.endsWith('.cmd') })
}
