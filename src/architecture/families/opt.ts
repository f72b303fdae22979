import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { fairseqLayer, fairseqNorm } from '../blocks/fairseq-layer.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { positionCount } from '../blocks/renamed-sizes.js'
import type { ConfigReader } from '../config-reader.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** OPT (Zhang et al. 2022, arXiv:2205.01068): fairseq's GPT-3; the 350M model has narrower embeddings. */
export const opt = headedFamily({
  modelType: 'opt',
  dropout: { dropout: 0.1 },
  name: 'OPT',
  prefix: 'model',
  fieldNames: { intermediate_size: 'ffn_dim' },
  defaults: {
    vocab_size: 50_272,
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    // Only OPT's own field counts: `intermediate_size` is ignored.
    const ffnSize = config.integer('ffn_dim', 3072)
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const embeddingSize = config.derived('word_embed_proj_dim', hiddenSize)
    const projected = embeddingSize !== hiddenSize
    const bias = config.boolean('enable_bias', true)
    const affine = config.boolean('layer_norm_elementwise_affine', true)
    const lastNorm = config.boolean('do_layer_norm_before', true) && !config.boolean('_remove_final_layer_norm', false)
    const decoder = container('OPTDecoder', {
      embed_tokens: embedding(vocabSize, embeddingSize),
      // The first two rows are for padding.
      embed_positions: embedding(positionCount(config, 'max_position_embeddings', 2048) + 2, hiddenSize),
      project_out: projected ? linear(hiddenSize, embeddingSize) : undefined,
      project_in: projected ? linear(embeddingSize, hiddenSize) : undefined,
      final_layer_norm: lastNorm ? fairseqNorm(hiddenSize, affine) : undefined,
      layers: repeated(layers, fairseqLayer('OPTDecoderLayer', { hiddenSize, heads, ffnSize, bias, affine })),
    })
    const dimensions = decoderDimensions({ ...sizes, ffnSize }, { gatedMlp: false })
    const output = outputEmbedding({ ...dimensions, hiddenSize: embeddingSize }, 'model.decoder.embed_tokens')
    return {
      model: container('OPTModel', { decoder }),
      heads: {
        ForCausalLM: { lm_head: output },
        ForSequenceClassification: { score: linear(embeddingSize, labelCount(config)) },
        ForQuestionAnswering: { qa_outputs: linear(embeddingSize, 2, { bias: true }) },
      },
      dimensions,
    }
  },
  forward: (config, { hiddenSize }) => ({
    places: 'eachSequence',
    masks: { givenBehindPrefixes: true },
    norm: 'layerNorm',
    attention: { scaledQueries: true },
    feedForward: { activation: config.string('activation_function', 'relu') },
    dropout: {
      attended: config.number('dropout', 0),
      fed: config.number('dropout', 0),
      place: 'behindBlocks',
      fixed: ['attention', 'attended', 'fed'],
    },
    logits: { prefill: 'allTokens' },
    ...(isLikeThe350m(config, hiddenSize) && {
      undescribed: 'a norm behind each block and narrower embeddings, as in OPT-350m: no other OPT has them',
    }),
  }),
  loraTargets: ['q_proj', 'v_proj'],
})

/** OPT-350m alone has its norms behind the blocks, and embeddings narrower than the hidden states. */
function isLikeThe350m(config: ConfigReader, hiddenSize: number): boolean {
  return (
    !config.boolean('do_layer_norm_before', true) || config.derived('word_embed_proj_dim', hiddenSize) !== hiddenSize
  )
}
