import { container, type Module, tied } from '../module.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'

/**
 * DeBERTa's newer head, used if `legacy` is false. It names its dense layer as output embedding, so that tying makes it as wide as
 * the vocabulary.
 */
export function newerLmHead(
  { hiddenSize, vocabSize }: { readonly hiddenSize: number; readonly vocabSize: number },
  inputEmbedding: string | undefined,
): Module {
  const dense =
    inputEmbedding === undefined
      ? linear(hiddenSize, hiddenSize, { bias: true })
      : tied(linear(hiddenSize, vocabSize, { bias: true }), { weight: `${inputEmbedding}.weight` })
  const parts = { dense, LayerNorm: layerNorm(hiddenSize) }
  return container('LMPredictionHead', parts, { parameters: { bias: [vocabSize] } })
}
