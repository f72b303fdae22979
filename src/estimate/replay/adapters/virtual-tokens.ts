import type { Architecture } from '../../../architecture/index.js'
import type { VirtualTokens } from '../../finetuning-run.js'
import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Sharding } from '../sharding/sharding.js'
import type { Tape, Tensor } from '../tape.js'
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
  const embeddingOf = (width: number) => weights.addTrained([count, width], dtype, unitOf(0))
  const linear = (place: number, inFeatures: number, outFeatures: number) => ({
    weight: weights.addTrained([outFeatures, inFeatures], dtype, unitOf(place)),
    bias: weights.addTrained([outFeatures], dtype, unitOf(place)),
    outFeatures,
  })
  const { kind, count, encoderHiddenSize } = options
  const indices = weights.addBuffer(count, 'int64')
  if (kind === 'prompt') return { count, indices, embedding: embeddingOf(hiddenSize), encoder: [] }
  if (kind === 'encoded-prompt') {
    const width = encoderHiddenSize ?? hiddenSize
    const embedding = embeddingOf(hiddenSize)
    return {
      count,
      indices,
      embedding,
      encoder: [linear(1, hiddenSize, width), linear(2, width, width), linear(3, width, hiddenSize)],
    }
  }
  const width = kvHeads * (headDim ?? hiddenSize / heads)
  const all = 2 * layers * width
  if (!options.isProjected) return { count, indices, embedding: embeddingOf(all), encoder: [] }
  const inner = encoderHiddenSize ?? width
  return { count, indices, embedding: embeddingOf(width), encoder: [linear(1, width, inner), linear(2, inner, all)] }
}

/**
 * The embeddings of virtual tokens for each sequence, in the dtype of the model, as `get_prompt` of PEFT computes them: `PromptEncoder` has
 * ReLU between its layers, `PrefixEncoder` tanh.
 */
export function promptOf(
  layers: Layers,
  { count, indices, embedding, encoder }: VirtualTokenWeights,
  {
    batch,
    dtype,
    kind,
    sharding,
  }: {
    readonly batch: number
    readonly dtype: ComputeDtype
    readonly kind: VirtualTokens
    readonly sharding: Sharding | undefined
  },
): Tensor {
  const { ops } = layers
  const { tape } = ops
  const features = embedding.elements / count
  // Prompts are computed once and repeated; prefixes are computed for each sequence.
  const rows = kind === 'prefixes' ? batch * count : count
  let made = inUnit(tape, sharding, 0, undefined, () => ops.embedding(embedding, rows * features, indices))
  for (const [place, { weight, bias, outFeatures }] of encoder.entries()) {
    const next = inUnit(tape, sharding, place + 1, made, (input) => layers.affine(input, weight, bias, outFeatures))
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

/** The name of the embedding, or of a layer of the encoder, where FSDP1 gathers it on its own (`fsdp_auto_wrap_policy` in PEFT's `utils/other.py`). */
const unitOf = (place: number): string => `prompt.${place}`

/** Runs a part of the encoder, which FSDP1 gathers for it alone: its parameters need a gradient. The caller keeps the input. */
function inUnit<Input extends Tensor | undefined>(
  tape: Tape,
  sharding: Sharding | undefined,
  place: number,
  input: Input,
  compute: (input: Input) => Tensor,
): Tensor {
  if (!sharding?.rules.isFlat) return compute(input)
  const unit = unitOf(place)
  sharding.beforeForward(unit)
  const given = input && tape.marker(input, () => sharding.afterBackward(unit))
  const output = compute(given ? (given as Input) : input)
  if (given) tape.free(given)
  sharding.afterForward(unit)
  sharding.aheadOfLayers = unit
  const marked = tape.marker(output, () => sharding.beforeBackward(unit, place > 0 ? unitOf(place - 1) : undefined))
  tape.free(output)
  return marked
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
