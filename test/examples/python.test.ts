import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** A Python that has jsonschema: the one that CI installs, or the machine's own. */
const python = ['.cache/python/bin/python', 'python3']
  .map((path) => (path.includes('/') ? join(root, path) : path))
  .find((path) => (path === 'python3' || existsSync(path)) && spawnSync(path, ['-c', 'import jsonschema']).status === 0)

describe.skipIf(python === undefined)(`examples/python (needs Python with the package jsonschema)`, () => {
  const validate = (schema: string, entity: string) =>
    spawnSync(python ?? '', ['examples/python/validate.py', `schemas/2020-12/${schema}.json`, entity], {
      cwd: root,
      encoding: 'utf8',
    })

  it('prints nothing for a valid entity', () => {
    const { status, stdout, stderr } = validate('ModelEntity', 'examples/page/example-response.json')
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  it('prints the place of what is wrong', () => {
    const { status, stdout } = validate('ModelEntity', 'examples/page/example-request.json')
    expect(status).toBe(1)
    expect(stdout).toContain("'id' is a required property")
  })
})
