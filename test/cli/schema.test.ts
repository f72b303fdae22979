import { describe, expect, it } from 'vitest'
import { jsonSchema, openapi } from '../../src/export/index.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'
import { runCli } from './run-cli.js'

const schema = (...args: string[]) => runCli(['schema', ...args])

describe('model-entity schema', () => {
  it('lists the definitions without a name', () => {
    expect(schema()).toMatchObject({ code: 0, stdout: `${SCHEMA_NAMES.join('\n')}\n` })
  })

  it.each(['2020-12', 'draft-07'] as const)('prints a definition in %s', (dialect) => {
    expect(JSON.parse(schema('ModelEntity', '--dialect', dialect).stdout)).toEqual(
      jsonSchema('ModelEntity', { dialect }),
    )
  })

  it('prints the OpenAPI document, in 3.1 or as asked', () => {
    expect(JSON.parse(schema('--openapi').stdout)).toEqual(openapi())
    expect(JSON.parse(schema('--openapi', '3.0').stdout)).toEqual(openapi({ version: '3.0' }))
    expect(JSON.parse(schema('--openapi', '--variant', 'page').stdout)).toEqual(openapi({ variant: 'page' }))
  })

  it('suggests the name that was meant', () => {
    expect(schema('ModelEntty')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown model "ModelEntty"; did you mean "ModelEntity"?'),
    })
  })

  it('does not take a definition and the whole endpoint at once', () => {
    expect(schema('Lora', '--openapi').code).toBe(2)
    expect(schema('--openapi', '--dialect', 'draft-07').code).toBe(2)
  })
})
