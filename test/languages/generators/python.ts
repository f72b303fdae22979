import type { Command } from '../command.js'
import { OPENAPI_GENERATOR_JAR, openApiGenerator } from '../openapi-generator.js'
import type { Expectations, GeneratorTool, Places } from '../tool.js'

const LINES = { 'lines.py': 'python/lines.py' }

const SAYS = {
  declared: /^(?:class|type) (\w+)/gm,
  count: /base_num_parameters: (?:int|StrictInt|Annotated\[int)\b/,
  nullable: /project: (?:str \| None|None \| str \| Unset|Optional\[)/,
} as const satisfies Expectations

/** Generators of Python. An integer of Python has any number of bits. */
export const PYTHON_GENERATORS: readonly GeneratorTool[] = [
  {
    name: 'datamodel-code-generator',
    version: '0.89.0',
    language: 'Python',
    needs: ['python'],
    installs: [
      {
        kind: 'pip',
        folder: 'datamodel',
        packages: ['datamodel-code-generator==0.89.0', 'mypy==2.4.1', 'pydantic==2.14.4'],
      },
    ],
    artifact: 'openapi-3.1.json',
    files: { ...LINES, 'round_trip.py': 'python/pydantic_models.py' },
    generate: (places) => [
      [
        ...([
          places.at('datamodel/bin/datamodel-codegen'),
          '--input',
          places.artifact,
          '--input-file-type',
          'openapi',
        ] as const),
        ...[
          '--output',
          'generated/models.py',
          '--output-model-type',
          'pydantic_v2.BaseModel',
          '--target-python-version',
          '3.11',
        ],
        ...[
          '--use-schema-description',
          '--use-field-description',
          '--use-standard-collections',
          '--use-union-operator',
        ],
        ...['--field-constraints', '--disable-timestamp'],
      ],
    ],
    compile: (places) => [mypy(places, 'datamodel', 'generated/models.py')],
    roundTrip: (places) => [places.at('datamodel/bin/python'), 'round_trip.py'],
    sources: /^generated.models\.py$/,
    says: SAYS,
  },
  {
    name: 'openapi-python-client',
    version: '0.29.1',
    language: 'Python',
    needs: ['python'],
    installs: [
      {
        kind: 'pip',
        folder: 'openapi-python-client',
        packages: ['openapi-python-client==0.29.1', 'mypy==2.4.1', 'types-python-dateutil==2.9.0.20261116'],
      },
    ],
    artifact: 'openapi-3.1.json',
    files: { ...LINES, 'round_trip.py': 'python/openapi_python_client.py' },
    generate: (places) => [
      [
        ...([
          places.at('openapi-python-client/bin/openapi-python-client'),
          'generate',
          '--path',
          places.artifact,
        ] as const),
        ...['--meta', 'none', '--output-path', 'generated/client', '--overwrite'],
      ],
    ],
    compile: (places) => [mypy(places, 'openapi-python-client', '-p', 'generated.client')],
    roundTrip: (places) => [places.at('openapi-python-client/bin/python'), 'round_trip.py'],
    sources: /^generated.client.models.*\.py$/,
    says: { ...SAYS, lacks: ['ValidationErrorLocItems'], adds: /(?:customfields|ownership|ctx)(?:type0)?$/ },
    limits: [{ text: 'a union of simple types, such as `ValidationErrorLocItems`, has no name' }],
  },
  {
    ...openApiGenerator('python', 'Python'),
    needs: ['java', 'maven', 'python'],
    installs: [
      OPENAPI_GENERATOR_JAR,
      {
        kind: 'pip',
        folder: 'openapi-generator-python',
        packages: [
          'urllib3==2.7.0',
          'python-dateutil==2.9.0',
          'pydantic==2.14.4',
          'mypy==2.4.1',
          'types-python-dateutil==2.9.0.20261116',
        ],
      },
    ],
    files: { ...LINES, 'round_trip.py': 'python/openapi_generator.py' },
    // Its code is not written for --strict.
    compile: (places) => [
      [
        ...(['env', 'MYPYPATH=generated', places.at('openapi-generator-python/bin/mypy')] as const),
        ...['--config-file=', '--no-error-summary', '-p', 'openapi_client.models'],
      ],
    ],
    roundTrip: (places) => [places.at('openapi-generator-python/bin/python'), 'round_trip.py'],
    sources: /^generated.openapi_client.models.*\.py$/,
    says: { ...SAYS, adds: /^createmodelapis/ },
  },
]

function mypy(places: Places, folder: string, ...what: readonly string[]): Command {
  return [places.at(`${folder}/bin/mypy`), '--strict', '--no-error-summary', ...what]
}
