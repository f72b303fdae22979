import type { Command } from '../command.js'
import { openApiGenerator } from '../openapi-generator.js'
import type { GeneratorTool } from '../tool.js'

const FILES = { 'pom.xml': 'java/pom.xml', 'java/RoundTrip.java': 'java/RoundTrip.java' }
const CLASSES = /^ *public (?:abstract |static )*(?:class|enum) (\w+)/gm

/** Generators of Java. */
export const JAVA_GENERATORS: readonly GeneratorTool[] = [
  {
    ...openApiGenerator('java', 'Java', [
      ...['--library', 'native', '--invoker-package', 'api', '--api-package', 'api', '--model-package', 'api'],
      '--additional-properties=openApiNullable=false,hideGenerationTimestamp=true',
    ]),
    files: FILES,
    compile: () => [['sh', '-c', 'cp -r generated/src/main/java/api java/'], ...compiled()],
    roundTrip: () => program('api.ModelEntity'),
    sources: /^generated.src.main.java.*\.java$/,
    says: {
      declared: CLASSES,
      adds: /^createmodelapis|^abstractopenapischema|^api|^jso?n|^pair|^configuration|^serverc|^servervariable|^rfc3339|^subpackage|^stringutil|serializer$/,
      count: /private Long baseNumParameters/,
      nullable: /@\S*Nullable\s+private String project/,
    },
  },
  {
    name: 'jsonschema2pojo',
    version: '1.3.3',
    language: 'Java',
    needs: ['java', 'maven'],
    installs: [],
    artifact: 'page/2020-12/ModelEntity.json',
    files: FILES,
    generate: (places) => [
      ['mkdir', 'schema'],
      ['cp', places.artifact, 'schema/ModelEntity.json'],
      ['mvn', '--quiet', '--batch-mode', 'org.jsonschema2pojo:jsonschema2pojo-maven-plugin:1.3.3:generate'],
    ],
    compile: () => [['sh', '-c', 'cp -r generated/api java/'], ...compiled()],
    roundTrip: () => program('api.ModelEntity'),
    sources: /^generated.*\.java$/,
    says: {
      declared: CLASSES,
      lacks: [
        'CreateModelEntityRequest',
        'ValidationErrorLocItems',
        'ValidationError',
        'HTTPValidationError',
        'BackendFormat',
      ],
      adds: /(?:customfields|ownership)$/,
      count: /private Long baseNumParameters/,
      nullable: /private String project/,
    },
    limits: [{ text: 'it reads no unions: `backend_format`, which the page shows with null, is an `Object`' }],
  },
]

function compiled(): Command[] {
  const maven = ['mvn', '--quiet', '--batch-mode'] as const
  return [
    [
      ...maven,
      'compile',
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath',
      '-Dmdep.outputFile=classpath.txt',
    ],
  ]
}

function program(type: string): Command {
  return ['sh', '-c', `exec java -cp "target/classes:$(cat classpath.txt)" RoundTrip ${type}`]
}
