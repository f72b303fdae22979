import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Ajv07 from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { type Dialect, editorSchema, jsonSchema, type OpenApiVersion, openapi } from '../../src/export/index.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'

const folder = new URL('../../schemas/', import.meta.url)
const DIALECTS: readonly Dialect[] = ['2020-12', 'draft-07']
/** Strict but for unions of types, which is how a field says that it takes null; formats are told elsewhere. */
const STRICT = { strict: true, allowUnionTypes: true, validateFormats: false }
const VERSIONS: readonly OpenApiVersion[] = ['3.1', '3.0']

describe('the checked-in schemas', () => {
  it('are those of the definitions as they stand: npm run generate', () => {
    for (const dialect of DIALECTS) {
      for (const name of SCHEMA_NAMES) expect(artifact(`${dialect}/${name}`)).toEqual(jsonSchema(name, { dialect }))
    }
    for (const version of VERSIONS) expect(artifact(`openapi-${version}`)).toEqual(openapi({ version }))
    for (const version of VERSIONS)
      expect(artifact(`page/openapi-${version}`)).toEqual(openapi({ version, variant: 'page' }))
    expect(artifact('editor/manifest')).toEqual(editorSchema())
  })

  it('have an $id that names the version of the package and ends with their path in it', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', folder), 'utf8'))
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'))
    for (const path of paths.filter((each) => !each.includes('openapi'))) {
      const id = `https://unpkg.com/model-entity@${version}/schemas/${path.replaceAll('\\', '/')}`
      expect(artifact(path.slice(0, -'.json'.length)).$id).toBe(id)
    }
  })

  it('are these files and no others', () => {
    const both = [
      ...DIALECTS.flatMap((dialect) => SCHEMA_NAMES.map((name) => `${dialect}/${name}.json`)),
      ...VERSIONS.map((version) => `openapi-${version}.json`),
    ]
    const wanted = [...both, ...both.map((path) => `page/${path}`), 'editor/manifest.json', 'config.json']
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
    expect(found.filter((path) => path.endsWith('.json')).sort()).toEqual(wanted.sort())
  })
})

describe.each(DIALECTS)('a JSON Schema in %s', (dialect) => {
  const ajv = dialect === 'draft-07' ? new Ajv07.default(STRICT) : new Ajv2020.default(STRICT)

  it.each(SCHEMA_NAMES)('%s is valid by its meta-schema, and compiles in strict mode on its own', (name) => {
    const schema = artifact(`${dialect}/${name}`)
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true)
    expect(() => ajv.compile(schema)).not.toThrow()
  })

  it('refers to nothing outside itself, and defines nothing that it does not use', () => {
    for (const name of SCHEMA_NAMES) {
      const text = JSON.stringify(artifact(`${dialect}/${name}`))
      const used = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, target = '']) => target)
      const keyword = dialect === 'draft-07' ? 'definitions' : '$defs'
      const { [keyword]: local = {} } = artifact(`${dialect}/${name}`)
      const defined = Object.keys(local).map((each) => `#/${keyword}/${each}`)
      expect([...new Set(used)].sort(), name).toEqual(defined.sort())
    }
  })

  it('uses no pattern that needs more than RE2 has', () => {
    const patterns = SCHEMA_NAMES.flatMap((name) => [
      ...JSON.stringify(artifact(`${dialect}/${name}`)).matchAll(/"pattern":"([^"]*)"/g),
    ]).map(([, pattern = '']) => pattern)
    expect(patterns.length).toBeGreaterThan(0)
    for (const pattern of patterns) expect(pattern).toMatch(/^\^(?!.*\(\?).*\$$/)
  })
})

it('no keyword stands beside a reference where the language ignores it', () => {
  for (const path of [...SCHEMA_NAMES.map((name) => `draft-07/${name}`), 'openapi-3.0']) {
    for (const reference of objectsIn(artifact(path)).filter((each) => '$ref' in each)) {
      expect(Object.keys(reference), path).toEqual(['$ref'])
    }
  }
})

/** What `@redocly/cli` says in its `engines`: on other Nodes it may not run. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const redoclyRuns = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22

/** `nullable` beside a reference has no effect by the letter of 3.0.3, and every tool reads it as meant: see docs/languages.md. */
const SKIPPED = ['--skip-rule', 'nullable-type-sibling']

describe('an OpenAPI document', () => {
  it.skipIf(!redoclyRuns).each(VERSIONS)(
    '%s has no error by @redocly/cli lint (skipped on a Node it does not support)',
    async (version) => {
      const path = fileURLToPath(new URL(`openapi-${version}.json`, folder))
      const cli = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url))
      const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [cli, 'lint', path, '--format', 'json', ...SKIPPED],
        { env },
      )
      const { totals, problems } = JSON.parse(stdout)
      expect(totals.errors, stdout).toBe(0)
      expect(problems.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(['info-license'])
    },
  )
})

function artifact(path: string) {
  return JSON.parse(readFileSync(new URL(`${path}.json`, folder), 'utf8'))
}

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}
