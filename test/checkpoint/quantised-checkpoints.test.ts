/**
 * Tiny checkpoints that the quantisers themselves wrote on a CPU (bitsandbytes, llmcompressor, ModelOpt, GPTQModel, AutoRound,
 * mlx-lm, Quark, torchao, HQQ, quanto, llama.cpp, PEFT): their configs and headers, and what the unquantised model has.
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
    readonly bits: number | null
    readonly params: number
    readonly n_linear: number
    readonly linear: Readonly<Record<string, readonly [number, number]>>
    readonly tied: boolean
  }
  readonly files: Readonly<Record<string, PackedFile>>
}

const ROWS = readRecords<Row>('quantised.jsonl.gz')
const MODELS = ROWS.filter(({ truth }) => truth.params !== undefined).map((row) => [row.id, row] as const)
const WITH_HEADERS = MODELS.filter(([, { files }]) => Object.keys(files).some((name) => name.endsWith('.safetensors')))

/** transformers 5 keeps experts in one tensor, which is no linear layer; the files have them one by one. */
const FUSED_EXPERTS = /moe|mixtral|gptoss/

describe('checkpoints that quantisers wrote', () => {
  it('are of every tool', () => {
    expect(MODELS.length).toBeGreaterThan(60)
  })

  it.each(MODELS)('%s has the parameters of the model before it was quantised', async (_, { truth, files, id }) => {
    const { spec } = await readCheckpoint(packedSource(id, files))
    expect(spec?.base_num_parameters).toBe(truth.params)
    if (!FUSED_EXPERTS.test(id)) expect(spec?.linear_layers).toHaveLength(truth.n_linear - missingHead(id, truth.tied))
  })

  it.each(MODELS)('%s has the precision that its tool gave it', async (_, { truth, files, id }) => {
    const { spec } = await readCheckpoint(packedSource(id, files))
    expect(PRECISIONS).toContain(spec?.precision)
    expect(precisionsOf(id, truth)).toContain(spec?.precision)
  })

  it.each(WITH_HEADERS)('%s is counted from its headers', async (_, { truth, files, id }) => {
    const { stored } = await readCheckpoint(packedSource(id, files))
    expect(stored?.storage.unknown).toStrictEqual([])
    expect(stored && totalParameters(stored)).toBe(truth.params)
  })

  it.each(WITH_HEADERS.filter(([id]) => !FUSED_EXPERTS.test(id)))(
    '%s has its linear layers in its headers, but for those whose shape is in the data',
    async (_, { truth, files, id }) => {
      const { stored } = await readCheckpoint(packedSource(id, files))
      const flat = new Set(stored?.storage.parameters.flatMap(({ name, isFlat }) => (isFlat ? [name] : [])))
      const wanted = Object.entries(truth.linear).filter(
        ([name]) => !flat.has(`${name}.weight`) && !(isTied(id, truth.tied) && name === 'lm_head'),
      )
      const found = [...(stored ? linearLayers(stored) : [])].map((layer) => [
        layer.name,
        [layer.inFeatures, layer.outFeatures],
      ])
      expect(Object.fromEntries(found)).toStrictEqual(Object.fromEntries(wanted))
    },
  )

  it.each(WITH_HEADERS)('%s agrees with its config', async (_, { files, id }) => {
    const { comparison } = await readCheckpoint(packedSource(id, files))
    expect(comparison).toMatchObject({ verdict: 'agrees', missing: [], otherShape: [], extra: [] })
  })
})

/** A GGUF file keeps no second name for a tied head. */
function missingHead(id: string, tied: boolean): number {
  return id.includes('gguf') && tied ? 1 : 0
}

/** GPT-2 is always tied, whatever the record says. */
function isTied(id: string, tied: boolean): boolean {
  return tied || id.includes('gpt2')
}

function precisionsOf(id: string, { scheme, bits }: Row['truth']): readonly string[] {
  const named = /nvfp4|mxfp4|nf4|fp4/i.exec(scheme)?.[0].toLowerCase()
  if (named !== undefined) return [named]
  // Half of Mixtral's weights are experts, which bitsandbytes leaves in 16 bits under transformers 5.
  if (id === 'bnb_int8_mixtral') return ['float16']
  if (bits === 16) return ['bfloat16']
  if (/fp8|float8/i.test(scheme) && bits === 8) return ['float8_e4m3fn']
  return bits === 6 && scheme.includes('mxfp6') ? ['fp8'] : bits !== null && bits <= 4 ? ['int4'] : ['int8']
}
