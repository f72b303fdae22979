import { builtinModules, createRequire } from 'node:module'
import type { Plugin } from 'esbuild'

/**
 * Resolves the bundled packages so that only the used code remains, and all of it is ESM:
 *
 * - The Hugging Face packages do not declare that their modules have no side effects, so all imports would stay. The
 *   modules used here have none.
 * - Commander loads `node:child_process`, which takes 4 ms, for commands that are programs of their own: there are none.
 * - The packages of the language server protocol have an entry for Node, which a bundle for any platform does not find.
 * - A CommonJS package loads Node modules with `require`, which ESM does not have. It is replaced by an import.
 */
export const bundledPackages: Plugin = {
  name: 'bundled-packages',
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, pluginData, ...options }) => {
      const isOfHuggingFace = path.startsWith('@huggingface/') || HUGGING_FACE.test(options.importer)
      if (!isOfHuggingFace || pluginData === RESOLVED) return undefined
      return { ...(await build.resolve(path, { ...options, pluginData: RESOLVED })), sideEffects: false }
    })
    build.onResolve({ filter: /^vscode-[a-z-]+\/node$/ }, ({ path, importer }) => ({
      path: createRequire(importer).resolve(path),
    }))
    build.onResolve({ filter: /./ }, ({ path, kind, namespace, importer }) => {
      if (!BUILT_IN.has(path)) return undefined
      if (kind !== 'require-call') return { path, external: true }
      if (/[\\/]commander[\\/]/.test(importer) && path === 'node:child_process') return { path, namespace: UNUSED }
      return { path, namespace: namespace === REQUIRED ? IMPORTED : REQUIRED }
    })
    build.onLoad({ filter: /./, namespace: UNUSED }, () => ({ contents: 'module.exports = {}' }))
    build.onLoad({ filter: /./, namespace: REQUIRED }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)}).default`,
    }))
    build.onLoad({ filter: /./, namespace: IMPORTED }, ({ path }) => ({
      contents: `export { default } from ${JSON.stringify(path)}`,
    }))
  },
}

const HUGGING_FACE = /[\\/]node_modules[\\/]@huggingface[\\/]/
const RESOLVED = Symbol('resolved')
/** A Node module for CommonJS code: it requires an ESM module that imports the Node module. */
const REQUIRED = 'required-built-in'
const UNUSED = 'unused-built-in'
const IMPORTED = 'imported-built-in'
const BUILT_IN = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]))
