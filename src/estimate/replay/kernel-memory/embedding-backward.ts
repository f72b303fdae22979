/** Up to so many tokens, a kernel needs nothing beside its output (`embedding_dense_backward_cuda` of Embedding.cu). */
const FEW_TOKENS = 3072

/** Rows that a thread sums up (`NROWS_PER_THREAD` of EmbeddingBackwardKernel.cu). */
const ROWS_OF_THREAD = 10

const FLOAT32 = 4
const INT64 = 8

/**
 * What the gradient of an embedding holds besides: the tokens in sorted order, and float32 sums of up to ten rows of the same token. There are as many
 * sums as there can be at most (`embedding_backward_cuda_kernel` of EmbeddingBackwardKernel.cu, measured with torch 2.11 on an H100).
 *
 * @param rows - of the table
 */
export function embeddingBackwardBytes(tokens: number, rows: number, features: number): number {
  if (tokens <= FEW_TOKENS) return 0
  const tens = Math.floor(tokens / ROWS_OF_THREAD)
  const different = Math.min(tokens, rows)
  return (tens + different) * features * FLOAT32 + INT64 * (3 * tokens + 3 * different + tens + 2)
}
