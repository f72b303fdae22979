import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from '../check.js'
import type { Command } from '../command.js'
import { type Install, install } from '../install.js'
import { run } from '../shell.js'
import type { ToolchainName } from '../toolchains.js'
import { CACHE, PROGRAMS, ROOT } from '../workspace.js'
import { type AskValidator, differencesOf, strictCases } from './check-validator.js'
import { DIFFERENCE_NAMES, type DifferenceName } from './differences.js'

/** A validator of JSON Schema or OpenAPI, and how many of its verdicts are not the service's. docs/languages.md shows them. */
export interface ValidatorTool {
  readonly name: string
  readonly version: string
  readonly language: string
  readonly needs: readonly ToolchainName[]
  readonly installs: readonly Install[]
  /** The artifact that it reads: a folder or a file in `schemas`. */
  readonly artifact: '2020-12' | 'openapi-3.0.json'
  readonly build?: () => void
  /** Reads lines `[model, body]`, and prints 1 or 0 for each. */
  readonly command: (artifact: string) => Command
  readonly differences: Readonly<Partial<Record<DifferenceName, number>>>
}

/** The number of recorded cases in strict mode. */
export const STRICT_CASES = 6753

const HERE = join(PROGRAMS, 'validators')
const OUT = join(CACHE, 'out')
const PYTHON: Pick<ValidatorTool, 'language' | 'needs' | 'installs' | 'artifact'> = {
  language: 'Python',
  needs: ['python'],
  installs: [
    {
      kind: 'pip',
      folder: 'validators-python',
      packages: ['jsonschema[format]==4.26.0', 'jsonschema-rs==0.61.0', 'fastjsonschema==2.22.3'],
    },
  ],
  artifact: '2020-12',
}
const GO: Pick<ValidatorTool, 'language' | 'needs' | 'installs' | 'build'> = {
  language: 'Go',
  needs: ['go'],
  installs: [],
  build: () => {
    copied('go')
    run(['go', 'build', '-o', 'validators', '.'], { cwd: join(OUT, 'validators-go') })
  },
}
const JAVASCRIPT: Pick<ValidatorTool, 'language' | 'needs' | 'installs' | 'artifact'> = {
  language: 'JavaScript',
  needs: ['node'],
  installs: [],
  artifact: '2020-12',
}

/** The validators that are asked. They check formats, which most do only if told. */
export const VALIDATORS: readonly ValidatorTool[] = [
  {
    ...PYTHON,
    name: 'jsonschema',
    version: '4.26.0',
    command: python('jsonschema'),
    differences: { integers: 135, times: 64, urls: 10, letters: 7, newline: 8 },
  },
  {
    ...PYTHON,
    name: 'jsonschema-rs',
    version: '0.61.0',
    command: python('jsonschema-rs'),
    differences: { integers: 135, times: 72, urls: 9, letters: 59 },
  },
  {
    ...PYTHON,
    name: 'fastjsonschema',
    version: '2.22.3',
    command: python('fastjsonschema'),
    differences: { integers: 135, times: 68, urls: 16, letters: 7 },
  },
  {
    ...GO,
    name: 'santhosh-tekuri/jsonschema',
    version: 'v6.0.3',
    artifact: '2020-12',
    command: (artifact) => [join(OUT, 'validators-go/validators'), 'santhosh-tekuri', artifact],
    differences: { integers: 135, times: 73, urls: 11, letters: 58, constants: 24 },
  },
  {
    ...GO,
    name: 'kin-openapi',
    version: 'v0.153.0',
    artifact: 'openapi-3.0.json',
    command: (artifact) => [join(OUT, 'validators-go/validators'), 'kin-openapi', artifact],
    differences: { integers: 134, times: 77, urls: 41, letters: 58, constants: 36, freeNull: 1, twoLimits: 29 },
  },
  {
    name: 'networknt/json-schema-validator',
    version: '3.0.9',
    language: 'Java',
    needs: ['java', 'maven'],
    installs: [],
    artifact: '2020-12',
    build: () => {
      copied('java')
      const classpath = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath'
      run(['mvn', '--quiet', '--batch-mode', 'compile', classpath, '-Dmdep.outputFile=classpath.txt'], {
        cwd: join(OUT, 'validators-java'),
      })
    },
    command: (artifact) => {
      const folder = join(OUT, 'validators-java')
      return [
        'sh',
        '-c',
        `exec java -cp "${folder}/target/classes:$(cat ${folder}/classpath.txt)" Validators ${artifact}`,
      ]
    },
    differences: { integers: 135, times: 69, urls: 9, letters: 58, constants: 24 },
  },
  {
    ...JAVASCRIPT,
    name: 'zod, `fromJSONSchema`',
    version: '4.6.7',
    command: (artifact) => [process.execPath, join(HERE, 'validators.mjs'), 'zod', artifact],
    differences: { integers: 135, times: 73, urls: 12, letters: 58, constants: 24, twoLimits: 29 },
  },
  {
    ...JAVASCRIPT,
    name: 'Ajv',
    version: '8.20.0',
    command: (artifact) => [process.execPath, join(HERE, 'validators.mjs'), 'ajv', artifact],
    differences: { integers: 135, times: 69, urls: 10, letters: 58, constants: 24 },
  },
]

/** Asks each validator about the strict cases. A difference that no class explains fails, and so does another number of them. */
export const VALIDATOR_CHECKS: readonly Check[] = VALIDATORS.map((tool) => ({
  title: `verdicts: ${tool.name} ${tool.version} (${tool.language}, ${tool.artifact})`,
  needs: tool.needs,
  limits: [],
  run: () => {
    for (const wanted of tool.installs) install(CACHE, wanted)
    tool.build?.()
    const { asked, byClass, unexplained } = differencesOf(asking(tool), strictCases())
    const found = DIFFERENCE_NAMES.filter((name) => byClass[name] !== tool.differences[name])
    return {
      steps: `${asked} cases`,
      faults: [
        ...found.map((name) => `${name}: ${byClass[name] ?? 0} differences, not ${tool.differences[name] ?? 0}`),
        ...unexplained.map(
          ({ id, ok, body }) => `${id}: the service ${ok ? 'accepts' : 'refuses'} ${body.slice(0, 200)}`,
        ),
      ],
    }
  },
}))

function asking({ command, artifact }: ValidatorTool): AskValidator {
  return (cases) => {
    const input = cases.map(({ model, body }) => `${JSON.stringify([model, body])}\n`).join('')
    const lines = run(command(join(ROOT, 'schemas', artifact)), { cwd: ROOT, input })
      .trim()
      .split('\n')
    if (lines.length !== cases.length) throw new Error(`${lines.length} answers to ${cases.length} cases`)
    return lines.map((line) => line === '1')
  }
}

function python(name: string): ValidatorTool['command'] {
  return (artifact) => [join(CACHE, 'validators-python/bin/python'), join(HERE, 'validators.py'), name, artifact]
}

/** Copies a program to the cache, where it is built. */
function copied(folder: 'go' | 'java'): void {
  const out = join(OUT, `validators-${folder}`)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  cpSync(join(HERE, folder), out, { recursive: true })
}
