import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { mistral } from '../../src/architecture/families/mistral.js'
import type { Family } from '../../src/architecture/family.js'
import { isForwardPassDescribed } from '../../src/estimate/index.js'
import { FAMILY_FIXTURES, memoryRecords } from '../estimate/memory-records.js'
import { readRecords } from './records.js'

/** Model types whose modules transformers built, with the shapes that were recorded: see `families.test.ts`. */
const BUILT: ReadonlySet<string> = new Set(
  ['public', 'varied', 'mutated-a2', 'wholes', 'further-families', 'more-families', 'later-families'].flatMap((file) =>
    readRecords(`${file}.jsonl.gz`).map(({ family }) => family),
  ),
)

/** Parts of recorded models, which transformers cannot build on their own by their name, and other names of recorded models. */
const INSIDE: Readonly<Record<string, string>> = {
  ernie4_5_vl_moe_text: 'ernie4_5_vl_moe',
  glm4v_moe_text: 'glm4v_moe',
  glm4v_text: 'glm4v',
  glm_ocr_text: 'glm_ocr',
  hunyuan_vl_text: 'hunyuan_vl',
  'lfm2-vl': 'lfm2_vl',
  mllama_text_model: 'mllama',
  qwen2_5_omni_thinker: 'qwen2_5_omni',
  qwen3_omni_moe_thinker: 'qwen3_omni_moe',
  siglip_text_model: 'siglip',
  step3p5: 'step3p7',
}

/** Model types that no recorded model has, since only their authors have the code, and what vouches for them. */
const NOT_BUILT: Readonly<Record<string, string>> = {
  deepseek_vl_v2:
    'the modules of deepseek_v2, which is recorded; the rest read from mlx-vlm 0.7.10, whose class loads its files by those names',
  jina_bert: 'totals of published models are in published-totals.test.ts',
  minicpmv: 'read from sglang 0.5.23; the total of a published model is in published-totals.test.ts',
  phi3_v: 'the modules of phi3 and clip_vision_model, which are recorded; a total as for minicpmv',
  llama_bidirec:
    "the modules of llama, which is recorded; its authors' class only changes the mask; totals as for minicpmv",
  new: 'totals as for minicpmv',
  nvembed: "the modules of mistral, which is recorded, and latent attention read from its authors' code",
  rwkv5: "read from its authors' code",
  rwkv6: "read from its authors' code; a total as for minicpmv",
  'xlm-roberta-flash': 'totals as for minicpmv',
  xverse:
    'the modules of llama, which is recorded: read from sglang 0.5.23, whose class loads its files by those names',
}

/** Model types that torch ran, with the memory that was recorded: see `test/estimate`. */
const RUN: ReadonlySet<unknown> = new Set(
  [
    ...FAMILY_FIXTURES,
    ...['public', 'config-variants', 'training-loops', 'qlora'].map((name) => `${name}.jsonl.gz`),
  ].flatMap((file) => memoryRecords(file).map(({ config }) => config['model_type'])),
)

/** Model types whose forward pass is described and was not recorded, and what vouches for it. */
const FORWARD_NOT_RECORDED: Readonly<Record<string, string>> = {
  kimi_k2: "its files use DeepSeek-V3's classes, and deepseek_v3 is recorded",
  ernie4_5_vl_moe_text: 'torch ran it inside ernie4_5_vl_moe, with text only: newer-wholes.jsonl.gz',
  hunyuan_vl_text: 'torch ran it inside hunyuan_vl, with text only: newer-wholes.jsonl.gz',
  step3p5: 'torch ran it inside step3p7, with text only: newer-wholes.jsonl.gz',
  glm4v_text: 'torch ran it inside glm4v, with text only: wholes-with-text.jsonl.gz',
  glm4v_moe_text: 'torch ran it inside glm4v_moe, with text only: wholes-with-text.jsonl.gz',
  glm_ocr_text: 'torch ran it inside glm_ocr, with text only: wholes-with-text.jsonl.gz',
  qwen3_vl_moe_text: 'torch ran it inside qwen3_vl_moe, with images and with text only: senses.jsonl.gz',
  llama_bidirec: 'the modules of llama, which is recorded; only its mask differs',
}

describe('Every model type has recorded evidence', () => {
  it('for its modules', () => {
    expect(withoutModules(FAMILIES)).toEqual([])
  })

  it('for its forward pass, or a reason why not', () => {
    expect(withoutRun(FAMILIES)).toEqual([])
  })

  it('and the reasons are needed', () => {
    const described = new Set(FAMILIES.flatMap(({ modelTypes }) => modelTypes))
    expect(Object.keys(NOT_BUILT).filter((type) => BUILT.has(type) || !described.has(type))).toEqual([])
    expect(Object.keys(FORWARD_NOT_RECORDED).filter((type) => RUN.has(type) || !isForwardPassDescribed(type))).toEqual(
      [],
    )
  })

  it('so that a copy of a family under another name fails', () => {
    const copy: Family = { ...mistral, modelTypes: ['mistral_copy'] }
    expect(withoutModules([...FAMILIES, copy])).toEqual(['mistral_copy'])
    expect(withoutRun([...FAMILIES, copy])).toEqual(['mistral_copy'])
  })
})

function withoutModules(families: readonly Family[]): string[] {
  return families
    .flatMap(({ modelTypes }) => modelTypes)
    .filter((modelType) => !BUILT.has(INSIDE[modelType] ?? modelType) && NOT_BUILT[modelType] === undefined)
}

function withoutRun(families: readonly Family[]): string[] {
  const described = families
    .filter(({ forward, program }) => forward ?? program)
    .flatMap(({ modelTypes }) => modelTypes)
  return described.filter((modelType) => !RUN.has(modelType) && FORWARD_NOT_RECORDED[modelType] === undefined)
}
