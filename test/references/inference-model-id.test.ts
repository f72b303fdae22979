import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatInferenceModelId, parseInferenceModelId } from '../../src/references/index.js'
import { anyName, itRoundTrips, itTellsWhatIsWrong } from './parser-laws.js'

const anyPlainId = fc.record({ workspace: anyName, name: anyName, lora: fc.constant(null) }, { noNullPrototype: true })

const anyLoraId = fc
  .tuple(anyName, anyName, anyName, anyName)
  .map(([workspace, base, adapterWorkspace, adapterName]) => ({
    workspace,
    name: `${base}&adapters/${adapterWorkspace}/${adapterName}`,
    lora: { base, adapterWorkspace, adapterName },
  }))

describe('parseInferenceModelId', () => {
  itTellsWhatIsWrong(parseInferenceModelId)

  describe('of a plain name', () => itRoundTrips(anyPlainId, formatInferenceModelId, parseInferenceModelId))
  describe('of a LoRA composite', () => itRoundTrips(anyLoraId, formatInferenceModelId, parseInferenceModelId))

  it('splits at the first slash', () => {
    expect(parseInferenceModelId('default/meta/llama-3')).toStrictEqual({
      ok: true,
      value: { workspace: 'default', name: 'meta/llama-3', lora: null },
    })
  })

  it.each([
    ['llama', 5, 'the end'],
    ['default/', 8, 'the end'],
    ['default/&adapters/team/medical', 8, '"&adapters/"'],
    ['default/llama&adapters/', 23, 'the end'],
    ['default/llama&adapters/team', 27, 'the end'],
    ['default/llama&adapters/team/', 28, 'the end'],
    ['default/llama&adapters/team/a/b', 29, '"/"'],
  ])('refuses %j', (text, offset, found) => {
    expect(parseInferenceModelId(text)).toMatchObject({ ok: false, error: { offset, found } })
  })
})

describe('formatInferenceModelId', () => {
  it('throws rather than write what reads as something else', () => {
    expect(() => formatInferenceModelId({ workspace: 'a/b', name: 'c' })).toThrow('different parts')
    expect(() => formatInferenceModelId({ workspace: 'a', name: 'b&adapters/c/d' })).toThrow('different parts')
    expect(() => formatInferenceModelId({ workspace: '', name: 'b' })).toThrow(RangeError)
  })
})
