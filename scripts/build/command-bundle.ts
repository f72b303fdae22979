import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildResult, build, type Plugin } from 'esbuild'
import { bundledPackages } from './bundled-packages.js'

/**
 * Bundles the command into `dist/`. It has copies of its own of what the library also has: shared with the library, the code that
 * a check needs would lie in fifty chunks, and loading those takes as long as everything else.
 *
 * @param writes - whether to write the files
 */
export function commandBundle(writes: boolean): Promise<BuildResult<{ metafile: true }>> {
  return build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'src/cli/index.ts', out: 'cli' },
      { in: 'src/cli/check/parallel/quick-worker.ts', out: 'cli/quick-worker' },
    ],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'node20',
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    external: ['typebox'],
    // Not the identifiers: a stack trace should still say something.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    plugins: [bundledPackages, oneStart],
    metafile: true,
    write: writes,
    logLevel: 'error',
  })
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What every command needs at its start, with the whole path of a check that finds nothing. */
const START = join(root, 'src/cli/program.ts')

/**
 * Puts what the command starts with into one file. The bundler puts modules into the same chunk if the same entries need them. So
 * what is loaded late is made to need the start as well, which is loaded by then.
 */
const oneStart: Plugin = {
  name: 'one-start',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^\./ }, async ({ path, kind, pluginData, ...options }) => {
      if (kind !== 'dynamic-import' || pluginData === RESOLVED || !OWN.test(options.importer)) return undefined
      const found = await resolve(path, { ...options, kind, pluginData: RESOLVED })
      return found.errors.length > 0 || found.path === START ? found : { path: found.path, namespace: LATE }
    })
    onLoad({ filter: /./, namespace: LATE }, ({ path }) => ({
      contents: `import ${JSON.stringify(START)}\nexport * from ${JSON.stringify(path)}`,
      resolveDir: root,
    }))
    onResolve({ filter: /./, namespace: LATE }, ({ path }) => ({ path, sideEffects: path === START }))
  },
}

/** Our own modules, not those of a package. */
const OWN = /[\\/]src[\\/](?!.*node_modules)/

/** Modules that are loaded late. */
const LATE = 'late'
const RESOLVED = Symbol('resolved')
