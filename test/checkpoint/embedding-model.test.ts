import { describe, expect, it } from 'vitest'
import { type EmbeddingSigns, isEmbeddingModel } from '../../src/checkpoint/embedding-model.js'

const isEmbedding = (className: unknown, signs: Partial<EmbeddingSigns> = {}, config: object = {}) =>
  isEmbeddingModel({ hasChatTemplate: false, ...signs, config: { architectures: [className], ...config } })

describe('an embedding model', () => {
  it.each(['BertModel', 'MistralModel', 'T5EncoderModel', 'XForTextEncoding', 'XForSentenceEmbedding'])(
    'has a class without a head, like %s',
    (name) => expect(isEmbedding(name)).toBe(true),
  )

  it.each([
    'LlamaForCausalLM',
    'GPT2LMHeadModel',
    'GPT2DoubleHeadsModel',
    'QwenOmniModel',
    'YiChatModel',
    'BertModelForX',
    'XForTextEncodingHead',
    'XForSentenceEmbeddings',
  ])('has no class like %s', (name) => expect(isEmbedding(name)).toBe(false))

  it('has files of sentence-transformers, whatever its class', () => {
    expect(isEmbedding('LlamaForCausalLM', { sentenceTransformersModules: [] })).toBe(true)
    expect(isEmbedding('LlamaForCausalLM', { hasPoolingConfig: true })).toBe(true)
    expect(isEmbedding('LlamaForCausalLM', { hasPoolingConfig: false, sentenceTransformersModules: {} })).toBe(false)
  })

  it('is not told by a class that also generates text', () => {
    expect(isEmbedding('MistralModel', { hasChatTemplate: true })).toBeUndefined()
    for (const name of ['AutoModelForCausalLM', 'AutoModelForSeq2SeqLM', 'AutoModelForImageTextToText'])
      expect(isEmbedding('ChatGLMModel', {}, { auto_map: { AutoModel: 'x', [name]: 'x' } }), name).toBeUndefined()
    for (const auto_map of [{ AutoModel: 'x' }, {}, null, 'AutoModelForCausalLM'])
      expect(isEmbedding('NewModel', {}, { auto_map })).toBe(true)
  })

  it('is not told without a class', () => {
    for (const architectures of [undefined, [], 'BertModel', [5]])
      expect(isEmbeddingModel({ config: { architectures }, hasChatTemplate: false })).toBeUndefined()
  })
})
