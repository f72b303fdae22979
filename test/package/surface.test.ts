import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import * as root from '../../src/index.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'

const src = join(import.meta.dirname, '../../src')
const subpaths = Object.keys(packageJson.exports)
  .filter((subpath) => !subpath.endsWith('json'))
  .map((subpath) => subpath.slice(2))
const isRoom = (subpath: string): boolean => existsSync(join(src, subpath, 'index.ts'))

describe('the public surface', () => {
  it('has the tasks and the definitions at its root, and no helpers', () => {
    const definitions: readonly string[] = SCHEMA_NAMES
    expect(
      Object.keys(root)
        .filter((name) => definitions.includes(name))
        .sort(),
    ).toEqual([...definitions].sort())
    expect(
      Object.keys(root)
        .filter((name) => !definitions.includes(name))
        .sort(),
    ).toEqual([
      'CheckpointError',
      'ForwardPassError',
      'SCHEMA_NAMES',
      'architectureFromConfig',
      'architectureFromSafetensors',
      'checkManifest',
      'compareCheckpoint',
      'countLoraParameters',
      'countParameters',
      'countTrainableParameters',
      'estimateMemory',
      'fieldErrors',
      'formatFilesetRef',
      'formatInferenceModelId',
      'formatModelProviderRef',
      'formatModelRef',
      'is',
      'jsonSchema',
      'lint',
      'minimumGpus',
      'modelSpecFromConfig',
      'openapi',
      'parseFilesetRef',
      'parseInferenceModelId',
      'parseModelProviderRef',
      'parseModelRef',
      'parseName',
      'parseProjectUrn',
      'planGpus',
      'planServing',
      'redact',
      'requestValidationBody',
      'standardSchema',
      'validate',
      'validateJson',
      'validateRequest',
    ])
  })

  it.each(subpaths.filter(isRoom))('has no two names that differ only in case: %s', (subpath) => {
    const names = namesOf(join(src, subpath, 'index.ts'))
    expect(names.length).toBeGreaterThan(3)
    // A function and the type that is named after it are told apart by their first letter, as everywhere in TypeScript.
    const folded = names.map((name) => name.charAt(0) + name.slice(1).toLowerCase())
    expect(names.filter((_, at) => folded.indexOf(folded[at] ?? '') !== at)).toEqual([])
  })

  it('has one file for each subpath that is not a room: the adapter of a framework', () => {
    const adapters = subpaths.filter((subpath) => subpath !== '' && !isRoom(subpath))
    expect(adapters.filter((name) => !existsSync(join(src, 'adapters', `${name}.ts`)))).toEqual([])
  })
})

/** The names that a file re-exports, types among them. */
function namesOf(file: string): string[] {
  const blocks = readFileSync(file, 'utf8').matchAll(/^export (?:type )?\{([^}]*)\} from/gm)
  return [...blocks].flatMap(([, names = '']) =>
    names
      .split(',')
      .map((name) => name.replace(/\btype\b/, '').trim())
      .filter((name) => name !== ''),
  )
}
