import { describe, expect, it } from 'vitest'
import { compareCheckpoint } from '../../src/checkpoint/index.js'
import { multimodalName } from '../../src/checkpoint/multimodal-names.js'
import { readRecords } from '../architecture/records.js'
import { headersOfRecord } from './headers-of-record.js'

/** How the files of published checkpoints name what classes of transformers 4.57 have under `model`. */
const OLDER: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  qwen2_vl: [
    [/^model\.language_model\./, 'model.'],
    [/^model\.visual\./, 'visual.'],
  ],
  llava: [
    [/^model\.language_model\./, 'language_model.model.'],
    [/^lm_head\./, 'language_model.lm_head.'],
    [/^model\.(?!language_model)/, ''],
  ],
}

const FAMILIES: Readonly<Record<string, keyof typeof OLDER>> = {
  ...{ llava: 'llava', llava_next: 'llava', llava_onevision: 'llava', paligemma: 'llava', gemma3: 'llava' },
  ...{ mistral3: 'llava', internvl: 'llava', aya_vision: 'llava', mllama: 'llava' },
  ...{ qwen2_vl: 'qwen2_vl', qwen2_5_vl: 'qwen2_vl' },
}

const records = readRecords('wholes.jsonl.gz').filter(
  ({ family, parameters }) =>
    FAMILIES[family] !== undefined && Object.keys(parameters).some((name) => name.startsWith('model.language_model.')),
)

describe('Files with the names before transformers 4.52 agree with their config', () => {
  it.each(records.map((record) => [record.name, record] as const))('%s', (_, record) => {
    const rules = OLDER[FAMILIES[record.family] ?? ''] ?? []
    const older = (name: string) => rules.reduce((renamed, [from, to]) => renamed.replace(from, to), name)
    const [{ tensors } = { tensors: new Map() }] = headersOfRecord(record)
    const renamed = new Map([...tensors].map(([name, tensor]) => [older(name), tensor]))
    expect([...renamed.keys()]).not.toStrictEqual([...tensors.keys()])
    expect(compareCheckpoint(record.config, [{ tensors: renamed }])).toMatchObject({
      verdict: 'agrees',
      extra: [],
      notes: ['the tensors in the files have the names that multimodal classes had before transformers 4.52'],
    })
  })

  it('and a missing tensor is missed', () => {
    const record = records.find(({ name }) => name === 'llava--small') ?? records[0]
    const [{ tensors } = { tensors: new Map() }] = record ? headersOfRecord(record) : []
    const renamed = new Map(
      [...tensors].map(([name, tensor]) => [name.replace('model.language_model.', 'language_model.model.'), tensor]),
    )
    renamed.delete('language_model.model.norm.weight')
    expect(compareCheckpoint(record?.config ?? {}, [{ tensors: renamed }])).toMatchObject({
      verdict: 'differs',
      missing: ['model.language_model.norm.weight'],
    })
  })
})

describe('An older name', () => {
  it.each([
    ['language_model.model.norm.weight', 'model.language_model.norm.weight'],
    ['language_model.model.norm.weight', 'language_model.norm.weight'],
    ['language_model.lm_head.weight', 'lm_head.weight'],
    ['model.norm.weight', 'model.language_model.norm.weight'],
    ['model.norm.weight', 'language_model.norm.weight'],
    ['model.vision_tower.x', 'model.vision_tower.vision_model.x'],
    ['vision_tower.x', 'model.vision_tower.vision_model.x'],
    ['projector.x', 'model.projector.x'],
  ])('%s becomes %s, where the class has that', (older, newer) => {
    expect(multimodalName(older, (name) => name === newer)).toBe(newer)
    expect(multimodalName(older, () => false)).toBe(older)
  })

  it.each([
    ['a.language_model.model.x', 'a.model.language_model.x'],
    ['a.model.x', 'a.language_model.x'],
    ['vision_tower.vision_model.x', 'vision_tower.vision_model.vision_model.x'],
    ['a.vision_tower.x', 'a.model.vision_tower.vision_model.x'],
  ])('%s does not become %s', (name, other) => {
    expect(multimodalName(name, (known) => known === other)).toBe(name)
  })
})
