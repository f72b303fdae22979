import { defineConfig } from 'tsup'

/** One bundle for each subpath of package.json's `exports`, and the command; what they share becomes chunks. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    schemas: 'src/schemas/index.ts',
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
    cli: 'src/cli/index.ts',
  },
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  // tsup's own build of declarations sets `baseUrl`, which TypeScript 6 calls deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  splitting: true,
  treeshake: true,
  clean: true,
  // Each is made of many small files, which cost more to load one by one than all the rest; typebox's types stay a dependency.
  // Whatever stands here has its licence in THIRD-PARTY-LICENSES.txt.
  noExternal: ['typebox', 'yaml'],
  external: [/^node:/],
})
