import { bartLayer } from '../program/bart.js'
import { encoderDecoder, WRITTEN } from '../program/encoder-decoder.js'
import { layerNormed, lookup, make, plus, set, TOKENS } from '../program/index.js'
import { bartFamily } from '../shapes/bart-family.js'

/** BART (Lewis et al. 2019, arXiv:1910.13461): an encoder and a decoder trained to restore corrupted text. */
export const bart = bartFamily({
  modelType: 'bart',
  dropout: { dropout: 0.1 },
  name: 'Bart',
  defaults: {
    vocab_size: 50_265,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 12,
    num_attention_heads: 16,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  extraPositions: 2,
  normsEmbeddings: true,
  normsLast: false,
  // Contradiction, neutral and entailment.
  labels: 3,
  classes: ['ForCausalLM', 'ForSequenceClassification', 'ForQuestionAnswering'],
  program(config, dimensions, className) {
    if (!className.endsWith('ForConditionalGeneration')) return undefined
    const { hiddenSize, heads } = dimensions
    const activation = config.string('activation_function', 'gelu')
    return encoderDecoder({
      encoder: {
        embeddings: [
          set('embedded', { op: 'scale', of: lookup('embed_tokens') }),
          set('places', lookup('embed_positions', TOKENS, make(TOKENS, 'int64'))),
          set('hidden', plus('embedded', 'places')),
          set('hidden', layerNormed('layernorm_embedding', 'hidden')),
        ],
        layers: {
          each: 'layers',
          carries: 'hidden',
          kinds: [bartLayer({ heads, headDim: hiddenSize / heads, activation })],
        },
      },
      decoder: {
        embeddings: [
          set('embedded', { op: 'scale', of: WRITTEN }),
          set('order', make(['target'], 'int64')),
          set('places', lookup('embed_positions', ['target'], make(['target'], 'int64'))),
          set('hidden', plus('embedded', 'places')),
          set('hidden', layerNormed('layernorm_embedding', 'hidden')),
        ],
        layers: {
          each: 'layers',
          carries: 'hidden',
          given: ['source'],
          kinds: [
            bartLayer({
              heads: config.positive('decoder_attention_heads', 16),
              headDim: hiddenSize / config.positive('decoder_attention_heads', 16),
              activation,
              decodes: true,
            }),
          ],
        },
      },
      head: 'lm_head',
      buffers: [{ count: [dimensions.vocabSize], type: 'model' }],
      addsBias: true,
    })
  },
  loraTargets: ['q_proj', 'v_proj'],
})
