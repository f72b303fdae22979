import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of what ships, as `npm run build` makes it. */
export const DIST = fileURLToPath(new URL('../../dist', import.meta.url))

/** A subpath of the package, with the bundle behind it. */
export interface Entry {
  readonly subpath: string
  readonly file: string
}

/** The name of the command among the entries. */
export const COMMAND = 'the command'

/** Every subpath that package.json exports as a module, and the command. */
export function entries(): Entry[] {
  const { exports, bin } = JSON.parse(readFileSync(join(DIST, '../package.json'), 'utf8'))
  const modules = Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'object' && target !== null && 'default' in target && typeof target.default === 'string'
      ? [{ subpath, file: join(DIST, '..', target.default) }]
      : [],
  )
  return [...modules, { subpath: COMMAND, file: join(DIST, '..', bin['model-entity']) }]
}

/** One built file. */
export interface Built {
  readonly name: string
  readonly text: string
}

/** A bundle and all chunks that it imports, at once or later. */
export function bundleOf(file: string): Built[] {
  const texts = new Map<string, string>()
  const pending = [file]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (texts.has(next)) continue
    if (!existsSync(next)) throw new Error(`${next} is not built: run npm run build`)
    const folder = dirname(next)
    const text = readFileSync(next, 'utf8')
    texts.set(next, text)
    pending.push(
      ...importsOf(text).flatMap((specifier) => (specifier.startsWith('.') ? [join(folder, specifier)] : [])),
    )
  }
  return [...texts].map(([path, text]) => ({ name: basename(path), text }))
}

/** What a bundle imports or re-exports, as esbuild writes it. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, static_, dynamic]) => static_ ?? dynamic ?? '')
}

const IMPORT = /^(?:(?:import|export)\b[^;'"]*?\bfrom\s*|import\s*)["']([^"']+)["']|\bimport\(["']([^"']+)["']\)/gm
