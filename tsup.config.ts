import { defineConfig } from 'tsup'
import { bundledPackages } from './scripts/build/bundled-packages.js'

/** The subpaths of package.json's `exports`, and what each is made of. */
const ENTRIES = {
  index: 'src/index.ts',
  schemas: 'src/schemas/index.ts',
  'schemas/typebox-1': 'src/schemas/typebox-1/index.ts',
  json: 'src/json/index.ts',
  validation: 'src/validation/index.ts',
  references: 'src/references/index.ts',
  lint: 'src/lint/index.ts',
  manifest: 'src/manifest/index.ts',
  export: 'src/export/index.ts',
  architecture: 'src/architecture/index.ts',
  checkpoint: 'src/checkpoint/index.ts',
  'checkpoint/read': 'src/checkpoint/read/index.ts',
  estimate: 'src/estimate/index.ts',
  client: 'src/client/index.ts',
  adapters: 'src/adapters/index.ts',
  fastify: 'src/adapters/fastify.ts',
  'openapi-types': 'src/openapi-types/index.ts',
  express: 'src/adapters/express.ts',
  hono: 'src/adapters/hono.ts',
  elysia: 'src/adapters/elysia.ts',
  nestjs: 'src/adapters/nestjs.ts',
}

/** One bundle for each subpath of package.json's `exports`; what they share becomes chunks. The command is built by scripts/build/command.ts. */
export default defineConfig({
  entry: ENTRIES,
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  // TypeScript's native compiler has written the declarations of each file, and tsup bundles those. From sources it would check all types
  // with TypeScript 6, which takes a minute. tsup sets `baseUrl`, which TypeScript 6 calls deprecated.
  dts: { entry: declarationsOf(ENTRIES), compilerOptions: { ignoreDeprecations: '6.0' } },
  splitting: true,
  treeshake: true,
  clean: true,
  // Dependencies that are development dependencies are bundled; TypeBox 0.34 too, though its types stay a dependency.
  noExternal: ['@sinclair/typebox'],
  external: ['typebox'],
  esbuildPlugins: [bundledPackages],
  removeNodeProtocol: false,
  metafile: true,
})

/** Where `tsconfig.declarations.json` puts the declarations of the entries. */
function declarationsOf(entries: Readonly<Record<string, string>>): Record<string, string> {
  const declarationOf = (source: string) => source.replace(/^src/, '.cache/declarations').replace(/\.ts$/, '.d.ts')
  return Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, declarationOf(source)]))
}
