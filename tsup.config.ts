import { defineConfig } from 'tsup'
import { bundledPackages } from './scripts/build/bundled-packages.js'

/** One bundle for each subpath of package.json's `exports`; what they share becomes chunks. The command is built by scripts/build/command.ts. */
export default defineConfig({
  entry: {
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
  },
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  // tsup's own build of declarations sets `baseUrl`, which TypeScript 6 calls deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
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
