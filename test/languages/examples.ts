import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from './check.js'
import type { Command } from './command.js'
import { install } from './install.js'
import { OPENAPI_GENERATOR_JAR } from './openapi-generator.js'
import { run } from './shell.js'
import type { ToolchainName } from './toolchains.js'
import { CACHE, ROOT } from './workspace.js'

/** A program of `examples`, copied to the cache and run there. */
interface Example {
  readonly folder: string
  readonly needs: readonly ToolchainName[]
  readonly build: readonly Command[]
  /** The commands, and what each must print. A command that must fail is negated. */
  readonly tries: readonly (readonly [command: Command, printed: RegExp])[]
  readonly withServer?: true
}

const SCHEMA = join(ROOT, 'schemas/2020-12/ModelEntity.json')
const OPENAPI = join(ROOT, 'schemas/openapi-3.0.json')
const ENTITY = join(ROOT, 'examples/page/example-response.json')
const REQUEST = join(ROOT, 'examples/page/example-request.json')
const JAR = join(CACHE, 'openapi-generator/openapi-generator-cli.jar')
const MAVEN = ['mvn', '--quiet', '--batch-mode'] as const
/** Stands for the address of the server. */
const URL = 'URL'

const EXAMPLES: readonly Example[] = [
  validator(
    'go',
    ['go'],
    [
      ['go', 'mod', 'tidy'],
      ['go', 'vet', '.'],
      ['go', 'build', '-o', 'validate', '.'],
    ],
    './validate',
  ),
  validator(
    'rust',
    ['cargo'],
    [['env', `CARGO_TARGET_DIR=${join(CACHE, 'rust-example')}`, 'cargo', 'build', '--quiet']],
    join(CACHE, 'rust-example/debug/validate'),
  ),
  {
    folder: 'java',
    needs: ['java', 'maven'],
    build: [[...MAVEN, 'compile']],
    tries: [
      [[...MAVEN, 'exec:java', `-Dexec.args=${SCHEMA} ${ENTITY}`], /^(?!.*required)/],
      [negated([...MAVEN, 'exec:java', `-Dexec.args=${SCHEMA} ${REQUEST}`]), /required property 'id'/],
    ],
  },
  {
    folder: 'go-client',
    needs: ['java', 'maven', 'go'],
    build: [
      [
        'java',
        '-jar',
        JAR,
        'generate',
        '-g',
        'go',
        '-i',
        OPENAPI,
        '-o',
        'api',
        '--additional-properties=packageName=api,withGoMod=false',
      ],
      ['rm', '-rf', 'api/test'],
      ['go', 'mod', 'tidy'],
      ['go', 'build', '-o', 'client', '.'],
    ],
    withServer: true,
    tries: [
      [['./client', URL, 'default', 'llama'], /created default\/llama/],
      [negated(['./client', URL, 'default', 'a b']), /string_pattern_mismatch/],
    ],
  },
  {
    folder: 'java-client',
    needs: ['java', 'maven'],
    build: [[...MAVEN, 'compile', `-Dopenapi=${OPENAPI}`]],
    withServer: true,
    tries: [
      [[...MAVEN, 'exec:java', `-Dopenapi=${OPENAPI}`, `-Dexec.args=${URL} default llama`], /created default\/llama/],
    ],
  },
  {
    folder: 'serve',
    needs: ['python'],
    build: [],
    tries: [[['python3', 'validate.py', 'ModelEntity', ENTITY, REQUEST], /response\.json is valid\n.*"missing"/]],
  },
  {
    folder: 'serve/go',
    needs: ['go'],
    build: [
      ['go', 'vet', '.'],
      ['go', 'build', '-o', 'serve', '.'],
    ],
    tries: [[['./serve', 'ModelEntity', ENTITY, REQUEST], /response\.json is valid\n.*"missing"/]],
  },
]

/** The examples, as far as the machine can run them. */
export const EXAMPLE_CHECKS: readonly Check[] = EXAMPLES.map((example) => ({
  title: `examples/${example.folder}`,
  needs: example.needs,
  limits: [],
  run: () => {
    const cwd = join(CACHE, 'examples', example.folder)
    rmSync(cwd, { recursive: true, force: true })
    cpSync(join(ROOT, 'examples', example.folder), cwd, { recursive: true })
    if (example.folder === 'go-client') install(CACHE, OPENAPI_GENERATOR_JAR)
    for (const command of example.build) run(command, { cwd })
    const env = { MODEL_ENTITY: `${process.execPath} ${join(ROOT, 'dist/cli.js')}` }
    const faults = example.tries.flatMap(([command, wanted]) => {
      const printed = run(example.withServer ? served(command) : command, { cwd, env })
      return wanted.test(printed) ? [] : [`${command.join(' ')} printed ${printed.slice(0, 500)}, not ${wanted}`]
    })
    return { steps: `${example.build.length > 0 ? 'built, ' : ''}${example.tries.length} runs`, faults }
  },
}))

/** A program that prints nothing for an entity, and what is wrong with a request. */
function validator(
  folder: string,
  needs: readonly ToolchainName[],
  build: readonly Command[],
  program: string,
): Example {
  return {
    folder,
    needs,
    build,
    tries: [
      [[program, SCHEMA, ENTITY], /^$/],
      [negated([program, SCHEMA, REQUEST]), /id/],
    ],
  }
}

/** Succeeds where the command fails. */
function negated(command: Command): Command {
  return ['sh', '-c', '! "$@"', 'sh', ...command]
}

/** Runs the command beside a server that validates what it gets. */
function served(command: Command): Command {
  return [process.execPath, join(ROOT, 'test/languages/programs/server.mjs'), ...command]
}
