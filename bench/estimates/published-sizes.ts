/**
 * One config for each family: the largest among the published configs of the tests, else the defaults of the configuration class, which
 * are mostly those of the model that the family was published with.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { type Architecture, architectureFromConfig, totalParameters } from '../../src/architecture/index.js'

export interface PublishedSize {
  readonly family: string
  readonly config: Config
  readonly architecture: Architecture
}

export type Config = Readonly<Record<string, unknown>>

const CHECKPOINTS = new URL('../../test/fixtures/checkpoint/', import.meta.url)

export function publishedSizes(): PublishedSize[] {
  const published = publishedConfigs()
  return FAMILIES.flatMap(({ modelTypes: [family = ''] }) => {
    const own = [...published.filter(({ model_type: type }) => type === family), { model_type: family }]
    const built = own.flatMap((config) => builtFrom(family, config))
    const sizes = built.map(({ architecture }) => totalParameters(architecture))
    return built.filter((_, index) => sizes[index] === Math.max(...sizes)).slice(0, 1)
  })
}

function builtFrom(family: string, config: Config): PublishedSize[] {
  try {
    return [{ family, config, architecture: architectureFromConfig(config) }]
  } catch {
    return []
  }
}

function publishedConfigs(): Config[] {
  const files = readdirSync(new URL('configs/', CHECKPOINTS))
    .map((name) => readFileSync(new URL(`configs/${name}`, CHECKPOINTS), 'utf8'))
    .filter((text) => !text.includes('Infinity'))
    .map((text) => JSON.parse(text) as Config)
  const records = ['public', 'mutated-a2', 'wholes'].flatMap((name) =>
    gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, CHECKPOINTS)))
      .toString()
      .trim()
      .split('\n')
      .filter((line) => !line.includes('Infinity'))
      .map((line) => (JSON.parse(line) as { config: Config }).config),
  )
  return [...files, ...records]
}
