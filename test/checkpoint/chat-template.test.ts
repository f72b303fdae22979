import { describe, expect, it } from 'vitest'
import { chatFields } from '../../src/checkpoint/chat-fields.js'
import { type ChatTemplateSources, findChatTemplate } from '../../src/checkpoint/chat-template.js'

const NAMED = new Map([['rag', 'R']])
const OTHERS = ['other chat templates (rag) are not part of the spec']

describe('the chat template', () => {
  // The order of PreTrainedTokenizerBase.get_chat_template and ProcessorMixin.from_pretrained of transformers.
  it.each<[what: string, sources: ChatTemplateSources, expected: ReturnType<typeof findChatTemplate>]>([
    ['is unknown without a source', {}, { known: false, notes: [] }],
    ['is absent in a tokenizer without one', { tokenizerConfig: {} }, { known: true, notes: [] }],
    ['is absent in a processor without one', { chatTemplateJson: {} }, { known: true, notes: [] }],
    ['is absent among no files', { namedChatTemplates: new Map() }, { known: true, notes: [] }],
    [
      'is that of the file first',
      { chatTemplate: 'A', chatTemplateJson: { chat_template: 'B' }, tokenizerConfig: { chat_template: 'C' } },
      { template: 'A', known: true, notes: [] },
    ],
    [
      'is that of the processor next',
      { chatTemplateJson: { chat_template: 'B' }, tokenizerConfig: { chat_template: 'C' } },
      { template: 'B', known: true, notes: [] },
    ],
    [
      'is that of the tokenizer last',
      { chatTemplateJson: { chat_template: 5 }, tokenizerConfig: { chat_template: 'C' } },
      { template: 'C', known: true, notes: [] },
    ],
    ['is absent if it is blank', { chatTemplate: ' \n' }, { known: true, notes: [] }],
    [
      'leaves other files out',
      { chatTemplate: 'A', namedChatTemplates: NAMED },
      { template: 'A', known: true, notes: OTHERS },
    ],
    [
      'leaves several files out',
      { chatTemplate: 'A', namedChatTemplates: new Map([...NAMED, ['tool', 'T']]) },
      { template: 'A', known: true, notes: ['other chat templates (rag, tool) are not part of the spec'] },
    ],
    [
      'leaves other files out, also if it is blank',
      { chatTemplate: '', namedChatTemplates: NAMED },
      { known: true, notes: OTHERS },
    ],
    [
      'leaves other files out beside that of a tokenizer',
      { tokenizerConfig: { chat_template: 'C' }, namedChatTemplates: NAMED },
      { template: 'C', known: true, notes: OTHERS },
    ],
    [
      'is the default of a list',
      {
        tokenizerConfig: {
          chat_template: [
            ...[{ name: 'tool', template: 'T' }, 5, { name: 'x' }, { name: 6, template: 'S' }],
            { name: 'default', template: 'D' },
          ],
        },
      },
      {
        template: 'D',
        known: true,
        notes: ['chat_template is the default of the named chat templates (tool, default)'],
      },
    ],
    [
      'is the default of an object, and of files beside it',
      { tokenizerConfig: { chat_template: { tool: 'T' } }, namedChatTemplates: new Map([['default', 'D']]) },
      {
        template: 'D',
        known: true,
        notes: ['chat_template is the default of the named chat templates (tool, default)'],
      },
    ],
    [
      'is none of several without a default',
      { tokenizerConfig: { chat_template: { tool: 'T' } }, namedChatTemplates: NAMED },
      { known: true, notes: ['no chat_template: none of the named chat templates (tool, rag) is called "default"'] },
    ],
    ['is absent in what is neither', { tokenizerConfig: { chat_template: 5 } }, { known: true, notes: [] }],
  ])('%s', (_, sources, expected) => expect(findChatTemplate(sources)).toStrictEqual(expected))
})

describe('what a model is used for', () => {
  const bare = { architectures: ['MistralModel'] }
  const causal = { architectures: ['MistralForCausalLM'] }

  it('is chatting if it has a template and does not embed', () => {
    expect(chatFields(causal, { chatTemplate: 'A' })).toStrictEqual({
      kind: { is_chat: true, is_embedding_model: false },
      template: { chat_template: 'A' },
      notes: [],
    })
    expect(chatFields(bare, { chatTemplate: 'A' }).kind).toStrictEqual({ is_chat: true })
    expect(chatFields(bare, { chatTemplate: 'A', hasPoolingConfig: true }).kind).toStrictEqual({
      ...{ is_chat: false, is_embedding_model: true },
    })
    expect(chatFields(causal, { tokenizerConfig: {} })).toStrictEqual({
      kind: { is_chat: false, is_embedding_model: false },
      template: {},
      notes: [],
    })
    expect(chatFields({}, { tokenizerConfig: {} }).kind).toStrictEqual({ is_chat: false })
  })

  it('is left out if no file tells', () => {
    expect(chatFields(causal, {})).toStrictEqual({
      kind: { is_embedding_model: false },
      template: {},
      notes: ['is_chat and chat_template are left out: no tokenizer config or chat template was given'],
    })
  })
})
