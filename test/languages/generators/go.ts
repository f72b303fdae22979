import type { Command } from '../command.js'
import { EXTRA_PARAMETERS } from '../loss.js'
import { openApiGenerator } from '../openapi-generator.js'
import type { GeneratorTool } from '../tool.js'

const FILES = { 'go.mod': 'go/go.mod', 'main.go': 'go/round-trip.go' }
const TYPES = /^type (\w+) /gm

/** Generators of Go. */
export const GO_GENERATORS: readonly GeneratorTool[] = [
  {
    ...tool('oapi-codegen', 'v2.8.2', 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen'),
    artifact: 'openapi-3.0.json',
    files: { ...FILES, 'entity.go': 'go/oapi-codegen.go' },
    generate: (places) => [
      [
        ...([
          places.at('oapi-codegen/bin/oapi-codegen'),
          '-generate',
          'types,client,skip-prune',
          '-package',
          'api',
        ] as const),
        ...['-o', 'generated/client.go', places.artifact],
      ],
    ],
    compile: () => compiled('github.com/oapi-codegen/runtime@v1.9.0'),
    says: {
      declared: TYPES,
      adds: /^createmodelapis|^client|^requesteditor|^httprequestdoer|^validationerrorlocitems\d/,
      count: /BaseNumParameters +int64/,
      nullable: /Project +\*string +`json:"project,omitempty"`/,
    },
  },
  {
    ...tool('ogen', 'v1.24.0', 'github.com/ogen-go/ogen/cmd/ogen'),
    artifact: 'openapi-3.0.json',
    files: { ...FILES, 'entity.go': 'go/ogen.go' },
    generate: (places) => [
      [places.at('ogen/bin/ogen'), '--target', 'generated', '--package', 'api', '--clean', places.artifact],
    ],
    compile: () => compiled(),
    sources: /^generated.oas_schemas_gen\.go$/,
    says: {
      declared: TYPES,
      adds: /^createmodelapis|^opt|^nil|(?:customfields|ownership|ctx|additional|type)$/,
      count: /BaseNumParameters +int64/,
      nullable: /Project +OptNilString/,
    },
    limits: [
      { text: 'it writes times without fractions of a second', explains: /_at: .*\.\d+(?:Z|[+-]\d\d:\d\d)" became/ },
    ],
  },
  {
    ...tool('go-jsonschema', 'v0.24.1', 'github.com/atombender/go-jsonschema'),
    artifact: 'page/draft-07/ModelEntity.json',
    files: { ...FILES, 'entity.go': 'go/go-jsonschema.go' },
    generate: (places) => [
      [
        ...([
          places.at('go-jsonschema/bin/go-jsonschema'),
          '--package',
          'api',
          '--tags',
          'json',
          '--struct-name-from-title',
        ] as const),
        ...['--disable-omitempty', '--disable-omitzero', '--output', 'generated/models.go', places.artifact],
      ],
    ],
    compile: () => compiled(),
    says: {
      declared: TYPES,
      lacks: ['CreateModelEntityRequest', 'ValidationErrorLocItems', 'ValidationError', 'HTTPValidationError'],
      adds: /(?:customfields|ownership)$/,
      count: /BaseNumParameters +int(?:64)? /,
      nullable: /Project +\*string +`json:"project"`/,
    },
    limits: [
      {
        text: 'the page does not show the extra fields of `InferenceParams`: they are dropped',
        explains: EXTRA_PARAMETERS,
      },
    ],
  },
  {
    ...openApiGenerator('go', 'Go', [
      '--additional-properties=packageName=api,withGoMod=false,generateInterfaces=false',
    ]),
    needs: ['java', 'maven', 'go'],
    files: { ...FILES, 'entity.go': 'go/openapi-generator.go' },
    compile: () => [['rm', '-rf', 'generated/test'], ...compiled()],
    roundTrip: () => ['./round-trip'],
    sources: /^generated.model_\w+\.go$/,
    says: {
      declared: TYPES,
      adds: /^createmodelapis|^nullable|^_/,
      count: /BaseNumParameters int64/,
      nullable: /Project NullableString/,
    },
  },
]

function tool(name: string, version: string, module: string) {
  return {
    name,
    version,
    language: 'Go',
    needs: ['go'],
    installs: [{ kind: 'go', folder: name, packages: [`${module}@${version}`] }],
    roundTrip: (): Command => ['./round-trip'],
    sources: /^generated.*\.go$/,
  } as const satisfies Partial<GeneratorTool>
}

/** `go mod tidy` finds the modules that the generated code imports; `modules` pins those that need it. */
function compiled(...modules: readonly string[]): Command[] {
  return [
    ...modules.map((name): Command => ['go', 'get', name]),
    ['go', 'mod', 'tidy'],
    ['go', 'vet', './...'],
    ['go', 'build', '-o', 'round-trip', '.'],
  ]
}
