/** The names that transformers' families give to embeddings: the last part of the module's name. */
export const EMBEDDING_NAME =
  /^(?:wte|wpe|shared|pos_embed|embed_(?:tokens|positions|in|tokens_per_layer)|(?:word|position|token_type|tok|rel)_?embeddings?|embeddings?|relative_attention_bias|backbone_embeddings)$/

/** Whether a module is an embedding, by the last part of its name. */
export function isEmbeddingName(module: string): boolean {
  return EMBEDDING_NAME.test(module.slice(module.lastIndexOf('.') + 1))
}
