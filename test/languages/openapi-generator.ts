import type { Install } from './install.js'
import type { GeneratorTool, Places } from './tool.js'

const VERSION = '7.25.0'

/** The jar of openapi-generator, one for all of its languages. */
export const OPENAPI_GENERATOR_JAR: Install = {
  kind: 'maven',
  folder: 'openapi-generator',
  packages: [`org.openapitools:openapi-generator-cli:${VERSION}`],
}

/** The fixed part of a row for one of the languages of openapi-generator. It reads 3.0 best: its support of 3.1 is a beta. */
export function openApiGenerator(generator: string, language: string, options: readonly string[] = []) {
  return {
    name: `openapi-generator ${generator}`,
    version: VERSION,
    language,
    artifact: 'openapi-3.0.json',
    needs: ['java', 'maven'],
    installs: [OPENAPI_GENERATOR_JAR],
    generate: (places: Places) => [
      [
        ...(['java', '-jar', places.at('openapi-generator/openapi-generator-cli.jar'), 'generate'] as const),
        ...['-g', generator, '-i', places.artifact, '-o', 'generated', ...options],
      ],
    ],
  } as const satisfies Partial<GeneratorTool>
}
