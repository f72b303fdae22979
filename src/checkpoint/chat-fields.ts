import type { ConfigObject } from '../architecture/index.js'
import type { ModelSpec } from '../schemas/index.js'
import { type ChatTemplateSources, findChatTemplate } from './chat-template.js'
import { type EmbeddingSigns, isEmbeddingModel } from './embedding-model.js'
import { toolCallParserOf } from './tool-call-parser.js'

/** The fields of a spec about what a model is used for. What no file tells is left out. */
export interface ChatFields {
  readonly kind: Partial<Pick<ModelSpec, 'is_chat' | 'is_embedding_model'>>
  readonly template: Pick<ModelSpec, 'chat_template' | 'tool_call_config'>
  readonly notes: readonly string[]
}

/** Derives whether a model chats or embeds, its chat template, and the parser of its tool calls. */
export function chatFields(
  config: ConfigObject,
  extras: ChatTemplateSources & Omit<EmbeddingSigns, 'config' | 'hasChatTemplate'>,
): ChatFields {
  const { template, known, notes } = findChatTemplate(extras)
  const embeds = isEmbeddingModel({ ...extras, config, hasChatTemplate: template !== undefined })
  const parser = template === undefined ? undefined : toolCallParserOf(template)
  return {
    kind: {
      ...(known && { is_chat: template !== undefined && embeds !== true }),
      ...(embeds !== undefined && { is_embedding_model: embeds }),
    },
    template: {
      ...(template !== undefined && { chat_template: template }),
      ...(parser !== undefined && { tool_call_config: { tool_call_parser: parser } }),
    },
    notes: known
      ? notes
      : [...notes, 'is_chat and chat_template are left out: no tokenizer config or chat template was given'],
  }
}
