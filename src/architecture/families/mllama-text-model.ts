import { attention, headNorms } from '../blocks/attention.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { crossingLayers } from '../blocks/mllama.js'
import { rmsNorm } from '../blocks/norm.js'
import { llamaForward } from '../forward/llama-forward.js'
import { container, listOf } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'

/** Llama 3.2 Vision's language model (Llama team 2024, arXiv:2407.21783): Llama 3 with a few layers that attend to the image. */
export const mllamaTextModel = causalLmFamily({
  modelType: 'mllama_text_model',
  name: 'Mllama',
  defaults: {
    vocab_size: 128_256,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 40,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: false,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const mlp = gatedMlp(sizes)
    const crossing = new Set(crossingLayers(config))
    const layer = (crosses: boolean) =>
      crosses
        ? container(
            'MllamaCrossAttentionDecoderLayer',
            {
              cross_attn: attention({ ...sizes, also: headNorms(sizes), type: 'MllamaTextCrossAttention' }),
              input_layernorm: norm,
              mlp,
              post_attention_layernorm: norm,
            },
            { parameters: { cross_attn_attn_gate: [1], cross_attn_mlp_gate: [1] } },
          )
        : container('MllamaSelfAttentionDecoderLayer', {
            self_attn: attention(sizes),
            mlp,
            input_layernorm: norm,
            post_attention_layernorm: norm,
          })
    return {
      model: container('MllamaTextModel', {
        // Eight more rows than tokens, for the image tokens.
        embed_tokens: embedding(vocabSize + 8, hiddenSize),
        layers: listOf(layers, (index) => crossing.has(index), layer),
        norm,
      }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    }
  },
  forward: (config) => ({
    ...llamaForward(config),
    masks: { size: 'forAllSequences' },
    layersForImages: crossingLayers(config),
    // `MllamaForCausalLM`, the language model alone, casts its logits.
    logits: { form: 'float32' },
  }),
})
