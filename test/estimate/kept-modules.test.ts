import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig, linearLayers } from '../../src/architecture/index.js'
import { packedModules } from '../../src/estimate/replay/packed/packed-modules.js'

/** What transformers 4.57.6 keeps, or 5.24.0 of families that only it has: `test/oracle/memory/kept_modules.py`. */
interface Recorded {
  readonly config: Readonly<Record<string, unknown>>
  readonly kept: readonly string[]
}

const RECORDS: readonly Recorded[] = gunzipSync(
  readFileSync(new URL('../fixtures/memory/kept-modules.jsonl.gz', import.meta.url)),
)
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

describe('Packed weights', () => {
  it.each(
    RECORDS.map(({ config, kept }) => [config['architectures'], config['tie_word_embeddings'], config, kept] as const),
  )('leave unpacked what transformers keeps: %s, tied: %s', (_, __, config, kept) => {
    const model = architectureFromConfig(config)
    const packed = packedModules(model, 'nf4')
    const names = [...linearLayers(model)].map(({ name }) => name)
    expect(names.filter((name) => !packed.has(name)).sort()).toEqual([...kept].sort())
  })
})
