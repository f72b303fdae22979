import type { Command } from '../command.js'
import type { Install } from '../install.js'
import { EXTRA_PARAMETERS } from '../loss.js'
import type { Expectations, GeneratorTool, Places } from '../tool.js'
import { ROOT } from '../workspace.js'

const TSC = `${ROOT}/node_modules/typescript/bin/tsc`
const TSX = `${ROOT}/node_modules/tsx/dist/cli.mjs`

/** What the code of each of them says. A JavaScript number holds 53 bits. */
const SAYS = {
  declared: /^export (?:declare )?(?:interface|type|class|enum) (\w+)/gm,
  count: /base_num_parameters["']?: (?:number|bigint|zod\.int|z\.)/,
  nullable: /project["']?\??: (?:string \| null|null \| string|.*nullish\(\))/,
} as const satisfies Expectations

/** The definitions that an entity does not refer to: a tool that reads the schema of one definition has no types for them. */
const NOT_IN_AN_ENTITY = [
  'CreateModelEntityRequest',
  'ValidationErrorLocItems',
  'ValidationError',
  'HTTPValidationError',
]

/** Generators of TypeScript: of types, which must fit the entities as they are written, and of code that reads and writes them. */
export const TYPESCRIPT_GENERATORS: readonly GeneratorTool[] = [
  {
    ...tool('json-schema-to-typescript', '16.0.0', 'json2ts'),
    artifact: '2020-12/ModelEntity.json',
    generate: (places) => [
      [...bin(places, 'json-schema-to-typescript', 'json2ts'), '-i', places.artifact, '-o', 'generated/models.ts'],
    ],
    ...typesChecked("import type { ModelEntity } from './generated/models.js'"),
    says: { ...SAYS, lacks: NOT_IN_AN_ENTITY },
  },
  {
    ...tool('openapi-typescript', '7.13.0'),
    artifact: 'openapi-3.1.json',
    // By default a field with a default is required, which is right for answers only.
    generate: (places) => [
      [
        ...bin(places, 'openapi-typescript'),
        places.artifact,
        '--default-non-nullable=false',
        '-o',
        'generated/models.ts',
      ],
    ],
    ...typesChecked(
      "import type { components } from './generated/models.js'",
      "type ModelEntity = components['schemas']['ModelEntity']",
    ),
    says: { ...SAYS, declared: /^ {8}([A-Z]\w+): /gm },
  },
  {
    ...tool('@hey-api/openapi-ts', '0.99.0'),
    artifact: 'openapi-3.1.json',
    files: {
      'config.mjs': 'typescript/hey-api.config.mjs',
      'lines.ts': 'typescript/lines.ts',
      'round-trip.ts': 'typescript/hey-api.ts',
    },
    generate: (places) => [
      [
        ...bin(places, '@hey-api/openapi-ts', 'openapi-ts'),
        '-f',
        'config.mjs',
        '-i',
        places.artifact,
        '-o',
        'generated',
      ],
    ],
    compile: () => [typeCheck('round-trip.ts')],
    roundTrip: () => [process.execPath, TSX, 'round-trip.ts'],
    sources: /^generated.\w+\.gen\.ts$/,
    says: { ...SAYS, adds: /^clientoptions$|^createclientconfig$|^options$|^createmodelapis|^z/ },
    limits: [
      { text: 'its zod plugin reads an `int64` as a bigint: `JSON.stringify` needs a replacer' },
      { text: 'its zod plugin drops the extra fields of `InferenceParams`', explains: EXTRA_PARAMETERS },
    ],
  },
  {
    ...tool('orval', '8.38.0'),
    artifact: 'openapi-3.1.json',
    files: {
      'orval.config.mjs': 'typescript/orval.config.mjs',
      'lines.ts': 'typescript/lines.ts',
      'round-trip.ts': 'typescript/orval.ts',
    },
    generate: (places) => [
      ['cp', places.artifact, 'openapi.json'],
      // Its own minimum is Node 22.
      [
        places.at('node-24/node_modules/node/bin/node'),
        places.at('orval/node_modules/orval/dist/bin/orval.mjs'),
        '--config',
        'orval.config.mjs',
      ],
    ],
    compile: () => [typeCheck('round-trip.ts')],
    roundTrip: () => [process.execPath, TSX, 'round-trip.ts'],
    says: { ...SAYS, adds: /^createmodelapis|output$|(?:customfields|ownership|ctx)$/ },
    limits: [{ text: 'its zod client drops the extra fields of `InferenceParams`', explains: EXTRA_PARAMETERS }],
  },
  {
    ...tool('quicktype', '26.0.0'),
    artifact: 'draft-07/ModelEntity.json',
    files: { 'lines.ts': 'typescript/lines.ts', 'round-trip.ts': 'typescript/quicktype.ts' },
    generate: (places) => [
      [
        ...bin(places, 'quicktype'),
        '-s',
        'schema',
        places.artifact,
        '--top-level',
        'ModelEntity',
        '-o',
        'generated/models.ts',
      ],
    ],
    compile: () => [typeCheck('round-trip.ts')],
    roundTrip: () => [process.execPath, TSX, 'round-trip.ts'],
    says: { ...SAYS, lacks: NOT_IN_AN_ENTITY, adds: /^convert$/ },
    limits: [{ text: 'a time is a `Date`, which ends at milliseconds', explains: /_at: .*\.\d{6}Z" became/ }],
  },
]

function tool(name: string, version: string, alias = name) {
  const installs: Install[] = [
    { kind: 'npm', folder: folderOf(name), packages: [`${name}@${version}`, 'typescript@5.9.3'] },
  ]
  if (alias === 'orval') installs.push({ kind: 'npm', folder: 'node-24', packages: ['node@24'] })
  return { name, version, language: 'TypeScript', needs: ['node'], installs, sources: /^generated.*\.ts$/ } as const
}

function folderOf(name: string): string {
  return name.replace(/^\W+/, '').replace(/\W+/g, '-')
}

function bin(places: Places, name: string, command = name): Command {
  return [process.execPath, places.at(`${folderOf(name)}/node_modules/.bin/${command}`)]
}

/** The entities as literals of the type: a property that the type does not know is an error as well. */
function typesChecked(...head: readonly string[]): Pick<GeneratorTool, 'files' | 'compile'> {
  const literals = (entities: readonly unknown[]): string =>
    [
      ...head,
      ...entities.map((entity, index) => `export const e${index}: ModelEntity = ${JSON.stringify(entity)}`),
      '',
    ].join('\n')
  return { files: { 'entities.ts': literals }, compile: () => [typeCheck('entities.ts')] }
}

function typeCheck(file: string): Command {
  const flags = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--skipLibCheck',
    '--types',
    'node',
  ]
  return [process.execPath, TSC, ...flags, '--typeRoots', `${ROOT}/node_modules/@types`, file]
}
