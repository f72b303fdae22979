import type { Architecture } from '../architecture.js'
import type { ConfigReader } from '../config-reader.js'
import { container } from '../module.js'
import {
  bertEmbeddings,
  bertEncoder,
  bertPooler,
  classificationHead,
  configuredBertLayer,
  denseAndNorm,
  maskedLmHead,
} from './bert.js'
import { labelCount } from './causal-lm.js'
import { decoderDimensions, decoderSizes } from './decoder-sizes.js'
import { headedModel } from './headed-model.js'
import { linear } from './linear.js'

/** RoBERTa (Liu et al. 2019, arXiv:1907.11692): BERT with other heads, under the names of a family. */
export function robertaModel(
  config: ConfigReader,
  className: string | undefined,
  about: { readonly family: string; readonly name: string; readonly vocabSize: number },
): Architecture {
  const { family, name } = about
  const sizes = decoderSizes(config, {
    vocab_size: about.vocabSize,
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    head_dim: false,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  })
  const { vocabSize, hiddenSize, layers, heads } = sizes
  const positions = config.integer('max_position_embeddings', 512)
  const segments = config.integer('type_vocab_size', 2)
  const parts = {
    embeddings: bertEmbeddings(hiddenSize, { words: vocabSize, positions, segments }),
    encoder: bertEncoder(layers, configuredBertLayer(`${name}Layer`, config, sizes)),
  }
  const bare = container(`${name}Model`, parts)
  const model = container(`${name}Model`, { ...parts, pooler: bertPooler(hiddenSize) })
  const input = sizes.tiedEmbeddings ? 'roberta.embeddings.word_embeddings' : undefined
  const transform = denseAndNorm(hiddenSize, hiddenSize, 'layer_norm')
  const lm_head = maskedLmHead('lm_head', transform, { features: hiddenSize, vocabSize }, input)
  const labels = labelCount(config)
  return headedModel({
    className,
    family,
    name,
    prefix: 'roberta',
    model,
    modelOf: (suffix) => (suffix === 'ForMultipleChoice' ? model : bare),
    heads: {
      ForCausalLM: { lm_head },
      ForMaskedLM: { lm_head },
      ForSequenceClassification: { classifier: classificationHead(hiddenSize, labels) },
      ForTokenClassification: { classifier: linear(hiddenSize, labels, { bias: true }) },
      ForQuestionAnswering: { qa_outputs: linear(hiddenSize, labels, { bias: true }) },
      ForMultipleChoice: { classifier: linear(hiddenSize, 1, { bias: true }) },
    },
    dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
  })
}
