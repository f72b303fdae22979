import type { Architecture, Shape } from '../../../architecture/index.js'
import type { VirtualTokens } from '../../finetuning-run.js'
import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import type { Weights } from '../weights.js'

/** Virtual tokens that are trained in front of each sequence. */
export interface VirtualTokenOptions {
  readonly kind: VirtualTokens
  /** Tokens of each sequence. */
  readonly count: number
  readonly encoderHiddenSize: number | undefined
  /** Whether prefixes are projected by a small network. */
  readonly isProjected: boolean
}

/** The trained parameters of virtual tokens, and how they become embeddings (PEFT 0.21, `PromptEmbedding` and `PromptEncoder`). */
export interface VirtualTokenWeights {
  readonly count: number
  /** Their indices. */
  readonly indices: Tensor
  /** The embedding of each token; behind it the layers of the encoder, with their biases. */
  readonly embedding: Tensor
  readonly encoder: readonly { readonly weight: Tensor; readonly bias: Tensor; readonly outFeatures: number }[]
}

/** Allocates the parameters of virtual tokens, which PEFT keeps in float32. */
export function virtualTokenWeights(
  weights: Weights,
  { dimensions }: Architecture,
  options: VirtualTokenOptions,
  dtype: ComputeDtype,
): VirtualTokenWeights {
  const { hiddenSize, kvHeads, headDim, heads, layers } = dimensions
  const made = (shape: Shape) => weights.addTrained(shape, dtype)
  const affine = (inFeatures: number, outFeatures: number) => ({
    weight: made([outFeatures, inFeatures]),
    bias: made([outFeatures]),
    outFeatures,
  })
  const { kind, count, encoderHiddenSize } = options
  const indices = weights.addBuffer(count, 'int64')
  if (kind === 'prompt') return { count, indices, embedding: made([count, hiddenSize]), encoder: [] }
  if (kind === 'encoded-prompt') {
    const width = encoderHiddenSize ?? hiddenSize
    const embedding = made([count, hiddenSize])
    return {
      count,
      indices,
      embedding,
      encoder: [affine(hiddenSize, width), affine(width, width), affine(width, hiddenSize)],
    }
  }
  const width = kvHeads * (headDim ?? hiddenSize / heads)
  const all = 2 * layers * width
  if (!options.isProjected) return { count, indices, embedding: made([count, all]), encoder: [] }
  const inner = encoderHiddenSize ?? width
  return { count, indices, embedding: made([count, width]), encoder: [affine(width, inner), affine(inner, all)] }
}

/**
 * The embeddings of virtual tokens for each sequence, in the dtype of the model, as `get_prompt` of PEFT computes them: `PromptEncoder` has
 * ReLU between its layers, `PrefixEncoder` tanh.
 */
export function promptOf(
  layers: Layers,
  { count, indices, embedding, encoder }: VirtualTokenWeights,
  { batch, dtype, kind }: { readonly batch: number; readonly dtype: ComputeDtype; readonly kind: VirtualTokens },
): Tensor {
  const { ops } = layers
  const { tape } = ops
  const features = embedding.elements / count
  // Prompts are computed once and repeated; prefixes are computed for each sequence.
  const rows = kind === 'prefixes' ? batch * count : count
  let made = ops.embedding(embedding, rows * features, indices)
  for (const [place, { weight, bias, outFeatures }] of encoder.entries()) {
    const next = layers.affine(made, weight, bias, outFeatures)
    tape.free(made)
    made = next
    if (place === encoder.length - 1) break
    const opened = ops.elementwise(made, kind === 'prefixes' ? 'tanh' : 'relu', 'output')
    tape.free(made)
    made = opened
  }
  const repeated = kind === 'prefixes' ? tape.alias(made) : repeatedFor(ops, made, batch)
  tape.free(made)
  const cast = ops.to(repeated, dtype)
  tape.free(repeated)
  return cast
}

/** A copy for each sequence. The gradient is summed over them. */
function repeatedFor(ops: Layers['ops'], input: Tensor, batch: number): Tensor {
  return ops.tape.record(
    [input],
    {},
    () => ops.tape.tensor(input.elements * batch, input.dtype, 'repeat'),
    () => [ops.gradient(input.elements, input.dtype, 'sum')],
  )
}
