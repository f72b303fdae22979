/**
 * What the configs of quantisers state of each module, held to what their files store: without headers, only the config tells which
 * modules are quantised, and to how many bits.
 */
import { describe, expect, it } from 'vitest'
import { quantisationOf } from '../../src/checkpoint/index.js'
import { formatOf } from '../../src/checkpoint/quantisation/quantisation.js'
import { readCheckpoint } from '../../src/checkpoint/read/index.js'
import { readRecords } from '../architecture/records.js'
import { type PackedFile, packedSource } from './packed-source.js'

interface Row {
  readonly id: string
  readonly truth: { readonly linear?: Readonly<Record<string, unknown>> }
  readonly files: Readonly<Record<string, PackedFile>>
}

const ROWS = ['quantised.jsonl.gz', 'further-quantised.jsonl.gz']
  .flatMap((file) => readRecords<Row>(file))
  .filter(({ files, truth }) => truth.linear && 'config.json' in files && Object.keys(files).some(isWeights))

function isWeights(file: string): boolean {
  return file.endsWith('.safetensors')
}

const UNLIKE_THEIR_CONFIG = [
  // transformers 5 renames the tower when it saves, and quantised it although the config lists it.
  'bnb_int8_gemma3vl',
  // mlx-lm says nothing of a module that stays as it is: its loader looks for scales in the files.
  'mlx_mixed_modes',
]

describe('the formats that a config states', () => {
  it('are of enough files', () => expect(ROWS.length).toBeGreaterThan(100))

  it.each(ROWS.map((row) => [row.id, row] as const))(
    'are those of the linear layers in the files of %s',
    async (id, row) => {
      const { config, stored } = await readCheckpoint(packedSource(id, row.files))
      const quantisation = quantisationOf({ ...(config && { config }) })
      if (quantisation?.format === undefined || UNLIKE_THEIR_CONFIG.includes(id)) return
      const wrong = (stored?.storage.parameters ?? []).flatMap(({ name, scheme, bits, isGuessed }) => {
        const module = name.replace(/\.weight$/, '')
        // Output embeddings stay as they are by default, whether a config says so or not.
        if (row.truth.linear?.[module] === undefined || isGuessed || (module === 'lm_head' && scheme === undefined))
          return []
        const isMeant = quantisation.isExcluded?.(module) !== true
        const stated = isMeant ? formatOf(quantisation, module)?.bits : undefined
        const found = scheme === undefined ? undefined : bits
        return stated === found ? [] : [`${module}: stated ${stated}, found ${found}`]
      })
      expect(wrong).toStrictEqual([])
    },
  )
})
