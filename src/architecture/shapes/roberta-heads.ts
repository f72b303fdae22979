import { bertPooler, classificationHead, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { type DecoderSizes, decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import { type Children, container } from '../module.js'
import type { HeadedParts } from './headed-family.js'

export interface HeadedEncoder {
  readonly name: string
  readonly prefix: string
  readonly parts: Children
  /** Whether there is a class that uses it as a decoder. Default: no. */
  readonly hasDecoder?: boolean
}

/** An encoder with the heads of RoBERTa's classes. Only the one for multiple choice has a pooler in its model. */
export function robertaHeads(
  { name, prefix, parts, hasDecoder = false }: HeadedEncoder,
  sizes: DecoderSizes,
  config: ConfigReader,
): HeadedParts {
  const { vocabSize, hiddenSize, heads } = sizes
  const bare = container(`${name}Model`, parts)
  const model = container(`${name}Model`, { ...parts, pooler: bertPooler(hiddenSize) })
  const input = sizes.tiedEmbeddings ? `${prefix}.embeddings.word_embeddings` : undefined
  const transform = denseAndNorm(hiddenSize, hiddenSize, 'layer_norm')
  const lm_head = maskedLmHead('lm_head', transform, { features: hiddenSize, vocabSize }, input)
  const labels = labelCount(config)
  return {
    model,
    modelOf: (suffix) => (suffix === 'ForMultipleChoice' ? model : bare),
    heads: {
      ...(hasDecoder && { ForCausalLM: { lm_head } }),
      ForMaskedLM: { lm_head },
      ForSequenceClassification: { classifier: classificationHead(hiddenSize, labels) },
      ForTokenClassification: { classifier: linear(hiddenSize, labels, { bias: true }) },
      ForQuestionAnswering: { qa_outputs: linear(hiddenSize, labels, { bias: true }) },
      ForMultipleChoice: { classifier: linear(hiddenSize, 1, { bias: true }) },
    },
    dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
  }
}
