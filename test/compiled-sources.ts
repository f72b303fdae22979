import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'vitest/config'

const ROOT = resolve(import.meta.dirname, '..')
const SOURCES = join(ROOT, 'src')
const CACHE = join(ROOT, '.cache')

/**
 * Gives tests the modules of `src` as JavaScript that Node itself loads.
 *
 * esbuild compiles all of them within two seconds, and Node imports them in one. Vitest would transform them one by one, and evaluate each
 * through its own runner: ten times as long, in every process. Mocks of modules and watching need that, so that they do without this.
 */
export function compiledSources(): Plugin {
  let isWatching = false
  return {
    name: 'compiled-sources',
    enforce: 'pre',
    config: () => ({ test: { server: { deps: { external: [/\/\.cache\/sources-/] } } } }),
    configureVitest: ({ vitest }) => {
      isWatching = vitest.config.watch
    },
    resolveId: async (specifier, importer) => {
      if (isWatching || importer === undefined || !(specifier.startsWith('.') || isAbsolute(specifier)))
        return undefined
      const source = resolve(dirname(importer), specifier).replace(/\.ts$/, '.js')
      if (!source.startsWith(SOURCES + sep)) return undefined
      compiled ??= compile()
      return join(await compiled, relative(SOURCES, source))
    },
  }
}

/** One for all projects of a run. */
let compiled: Promise<string> | undefined

/** Compiles `src` into a folder of this process, which goes with it. */
async function compile(): Promise<string> {
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'sources-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const entryPoints = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.[jt]s$/.test(name))
    .map((name) => join(SOURCES, name))
  await build({ entryPoints, outdir: folder, format: 'esm', platform: 'node', target: 'node20', sourcemap: 'linked' })
  return folder
}
