import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig, parameters } from '../../src/architecture/index.js'
import { isForwardPassDescribed } from '../../src/estimate/index.js'
import { readRecords } from './records.js'

/** The names of a model's parameters in torch's order: see `test/oracle/checkpoint/parameter_order.py`. */
interface OrderRecord {
  readonly config: Readonly<Record<string, unknown>>
  readonly architecture: string
  readonly transformers: string
  readonly names: readonly string[]
}

const RECORDS = readRecords<OrderRecord>('parameter-order.jsonl.gz').map(
  (record, index) => [`${record.config['model_type']} (${index + 1})`, record] as const,
)

describe('The order of parameters', () => {
  it.each(RECORDS)('is that of torch: %s', (_name, { config, architecture, names }) => {
    const described = architectureFromConfig({ ...config, architectures: [architecture] })
    const ours = [...parameters(described)].map(({ name }) => name)
    expect(config['model_type'] === 'mobilebert' ? withWeightsFirst(ours) : ours).toEqual(
      config['model_type'] === 'mobilebert' ? withWeightsFirst(names) : names,
    )
  })

  it('is recorded for all that can be estimated', () => {
    const recorded = new Set(RECORDS.map(([, { config }]) => config['model_type']))
    const types = FAMILIES.flatMap(({ modelTypes }) => modelTypes)
    const left = types.filter((type) => isForwardPassDescribed(type) && !recorded.has(type))
    expect(left.filter((type) => NOT_RECORDED[type] === undefined)).toEqual([])
    expect(Object.keys(NOT_RECORDED).filter((type) => !left.includes(type))).toEqual([])
  })
})

/** MobileBERT's norms have the bias first. It is as large as the weight, so that the order does not matter. */
function withWeightsFirst(names: readonly string[]): string[] {
  return names.toSorted((a, b) => {
    const [moduleOfA, moduleOfB] = [a, b].map((name) => name.slice(0, name.lastIndexOf('.')))
    return moduleOfA === moduleOfB && moduleOfA?.endsWith('LayerNorm') ? (a < b ? 1 : -1) : 0
  })
}

/** Model types without a record, and why. */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['baichuan', 'chatglm', 'deepseek_vl_v2', 'internlm2', 'internvl_chat', 'minicpm', 'minicpmv', 'qwen'].map(
      (type) => [type, 'only its authors have its code'],
    ),
  ),
  'blip-2': 'not compared yet',
  colpali: 'not compared yet: PaliGemma inside it is recorded',
  colqwen2: 'not compared yet: Qwen2-VL inside it is recorded',
  ernie4_5_vl_moe_text: 'recorded inside ernie4_5_vl_moe',
  glm4v_moe_text: 'recorded inside glm4v_moe',
  glm4v_text: 'recorded inside glm4v',
  glm_ocr_text: 'recorded inside glm_ocr',
  hunyuan_vl_text: 'recorded inside hunyuan_vl',
  kimi_k2: "its files use DeepSeek-V3's classes",
  'lfm2-vl': 'another name of lfm2_vl',
  llama_bidirec: "Llama's modules",
  longformer: 'not compared yet',
  moonshine: 'not compared yet',
  qwen3_vl_moe_text: 'recorded inside qwen3_vl_moe',
  sarvam_mla: "its files use DeepSeek-V3's classes",
  sarvam_moe: "its files use GLM-4.5's classes",
  step3p5: 'recorded inside step3p7',
}
