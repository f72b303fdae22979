import type { Rule } from '../rule.js'

/** An embedding model returns vectors, not messages. */
export const embeddingModelThatChats: Rule = {
  code: 'embedding-model-that-chats',
  severity: 'warning',
  description: 'A model is marked both as an embedding model and as a chat model.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      if (node.value.is_embedding_model !== true || node.value.is_chat !== true) continue
      yield {
        node,
        loc: ['is_embedding_model'],
        message: '"is_embedding_model" and "is_chat" are both true',
        help: 'an embedding model returns vectors and cannot chat: set one of them to false',
      }
    }
  },
}
