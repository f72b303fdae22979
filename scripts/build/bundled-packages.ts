import { builtinModules, createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'

/**
 * Resolves the packages that are bundled so that only the code in use is left, and so that it is ESM through and through:
 *
 * - The packages of Hugging Face do not say that their modules have no side effects, so that whatever one module imports
 *   would stay. None of what is used here has any.
 * - The bundle of `@huggingface/hub` is one file, and most of it would stay: the functions in use are taken from its sources.
 * - A CommonJS package gets a module of Node by `require`, which ESM does not have: an import takes its place.
 */
export const bundledPackages: Plugin = {
  name: 'bundled-packages',
  setup(build) {
    build.onResolve({ filter: /^@huggingface\/hub$/ }, ({ path }) => ({ path, namespace: HUB }))
    build.onLoad({ filter: /./, namespace: HUB }, () => ({
      contents: HUB_FILES.map((file) => `export * from './src/lib/${file}.ts'`).join('\n'),
      resolveDir: join(dirname(require.resolve('@huggingface/hub')), '..'),
    }))
    build.onResolve({ filter: /./ }, async ({ path, pluginData, ...options }) => {
      const isOfHuggingFace = path.startsWith('@huggingface/') || HUGGING_FACE.test(options.importer)
      if (!isOfHuggingFace || pluginData === RESOLVED) return undefined
      return { ...(await build.resolve(path, { ...options, pluginData: RESOLVED })), sideEffects: false }
    })
    build.onResolve({ filter: /./ }, ({ path, kind, namespace }) => {
      if (!BUILT_IN.has(path)) return undefined
      if (kind !== 'require-call') return { path, external: true }
      return { path, namespace: namespace === REQUIRED ? IMPORTED : REQUIRED }
    })
    build.onLoad({ filter: /./, namespace: REQUIRED }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)}).default`,
    }))
    build.onLoad({ filter: /./, namespace: IMPORTED }, ({ path }) => ({
      contents: `export { default } from ${JSON.stringify(path)}`,
    }))
  },
}

const require = createRequire(import.meta.url)
const HUGGING_FACE = /[\\/]node_modules[\\/]@huggingface[\\/]/
/** The files of `@huggingface/hub` that have the functions in use. */
const HUB_FILES = ['download-file', 'list-files']
const HUB = 'hub'
const RESOLVED = Symbol('resolved')
/** A module of Node as CommonJS has it: it requires the same as ESM has it, which imports it. */
const REQUIRED = 'required-built-in'
const IMPORTED = 'imported-built-in'
const BUILT_IN = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]))
