/**
 * Tiny checkpoints that the quantisers themselves wrote on a CPU, with other bits, groups, exceptions and families than
 * `quantised-checkpoints.test.ts` has; and GGUF files of llama.cpp's converter. Their programs are in `test/oracle/checkpoint/quantisers`.
 */
import { describe, expect, it } from 'vitest'
import { linearLayers, totalParameters } from '../../src/architecture/index.js'
import { readCheckpoint } from '../../src/checkpoint/read/index.js'
import { PRECISIONS } from '../../src/schemas/precisions.js'
import { readRecords } from '../architecture/records.js'
import { type PackedFile, packedSource } from './packed-source.js'

interface Row {
  readonly id: string
  readonly truth: {
    readonly tool: string
    readonly scheme: string
    /** The precision that the tool was asked for; a second one where most parameters stay as they are. */
    readonly precisions: readonly string[]
    readonly params: number
    readonly n_linear: number
    readonly linear: Readonly<Record<string, readonly [number, number]>>
    readonly tied: boolean
    /** Experts that the class keeps in one tensor: the files may have them one by one. */
    readonly fused: Readonly<Record<string, readonly number[]>>
  }
  readonly files: Readonly<Record<string, PackedFile>>
}

const ROWS = readRecords<Row>('further-quantised.jsonl.gz').map((row) => [row.id, row] as const)
const WITH_HEADERS = ROWS.filter(([, { files }]) => Object.keys(files).some((name) => name.endsWith('.safetensors')))

describe('further checkpoints that quantisers wrote', () => {
  it('are of every tool', () => {
    expect(ROWS.length).toBeGreaterThan(80)
  })

  it.each(ROWS)('%s has the parameters and the precision that its tool was given', async (_, { truth, files, id }) => {
    const { spec } = await readCheckpoint(packedSource(id, files))
    expect(spec?.base_num_parameters).toBe(truth.params)
    expect(PRECISIONS).toContain(spec?.precision)
    expect(truth.precisions).toContain(spec?.precision)
    const isGguf = 'model.gguf' in files || id.startsWith('gguf')
    if (!isGguf && Object.keys(truth.fused).length === 0) expect(spec?.linear_layers).toHaveLength(truth.n_linear)
  })

  it.each(WITH_HEADERS)('%s agrees with its config, and its headers hold the same', async (_, { truth, files, id }) => {
    const { stored, comparison } = await readCheckpoint(packedSource(id, files))
    expect(stored?.storage.unknown).toStrictEqual([])
    expect(stored && totalParameters(stored)).toBe(truth.params)
    expect(comparison).toMatchObject({ verdict: 'agrees', missing: [], otherShape: [], extra: [] })
  })

  it.each(WITH_HEADERS.filter(([id, { truth }]) => hasOwnNames(id, truth)))(
    '%s has its linear layers in its headers',
    async (_, { truth, files, id }) => {
      const { stored } = await readCheckpoint(packedSource(id, files))
      const flat = new Set(stored?.storage.parameters.flatMap(({ name, isFlat }) => (isFlat ? [name] : [])))
      const wanted = Object.entries(truth.linear).filter(
        ([name]) => !flat.has(`${name}.weight`) && !(truth.tied && name === 'lm_head'),
      )
      const found = [...(stored ? linearLayers(stored) : [])].map((layer) => [
        layer.name,
        [layer.inFeatures, layer.outFeatures],
      ])
      expect(Object.fromEntries(found)).toStrictEqual(Object.fromEntries(wanted))
    },
  )

  it.each(WITH_HEADERS)('%s without any config is exact, or says what it does not know', async (_, row) => {
    const headers = Object.entries(row.files).filter(([name]) => name.endsWith('.safetensors'))
    const { stored, partialSpec, notes } = await readCheckpoint(packedSource(row.id, Object.fromEntries(headers)))
    if (notes.some((note) => /assumed 4 bits|not understood/.test(note))) return
    expect(stored && totalParameters(stored)).toBe(row.truth.params)
    expect(row.truth.precisions).toContain(partialSpec?.precision)
  })
})

/** Older names of Qwen2-VL are kept in its files; GPTQModel splits what Phi-3 has in one layer; experts may be fused. */
function hasOwnNames(id: string, { fused }: Row['truth']): boolean {
  return !/qwen2vl|phi3$/.test(id) && Object.keys(fused).length === 0
}
