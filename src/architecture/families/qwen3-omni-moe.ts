import { headNorms, llamaAttention } from '../blocks/attention.js'
import { codeToWave } from '../blocks/code-to-wave.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { type DecoderSizes, decoderSizes } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { experts, expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated, tower } from '../module.js'
import { omniFamily } from '../shapes/omni-family.js'

/**
 * Qwen3-Omni (Qwen team 2025, arXiv:2509.17765): a thinker that writes, a talker that makes codes of speech, several for each
 * step, and a network that makes sound from them.
 */
export const qwen3OmniMoe = omniFamily({
  modelType: 'qwen3_omni_moe',
  name: 'Qwen3OmniMoe',
  thinker: 'qwen3_omni_moe_thinker',
  speechBuffers(config) {
    const talking = config.object('talker_config')
    const waves = config.object('code2wav_config')
    const ofHeads = (part: ConfigReader, usual?: number): number => {
      const derived = Math.floor(part.positive('hidden_size', 1024) / part.positive('num_attention_heads', 16))
      return Math.ceil(part.integer('head_dim', usual ?? derived) / 2)
    }
    // The last are int64.
    return (
      ofHeads(talking.object('text_config')) +
      ofHeads(talking.object('code_predictor_config'), 128) +
      ofHeads(waves) +
      2 * waves.integer('num_quantizers', 16)
    )
  },
  speech: (config) => ({
    talker: tower('audio', talker(config.object('talker_config'))),
    code2wav: tower('audio', codeToWave(config.object('code2wav_config'))),
  }),
})

function talker(config: ConfigReader): Module {
  const text = config.object('text_config')
  const sizes = decoderSizes(text, {
    vocab_size: 3072,
    hidden_size: 1024,
    intermediate_size: 2048,
    num_hidden_layers: 20,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    tie_word_embeddings: false,
  })
  const { hiddenSize, vocabSize } = sizes
  const projection = plainMlp({
    hiddenSize: config.integer('thinker_hidden_size', 2048),
    ffnSize: sizes.ffnSize,
    bias: true,
    names: ['linear_fc1', 'linear_fc2'],
  })
  const resized = container('Qwen3OmniMoeTalkerResizeMLP', {
    ...projection.children,
    linear_fc2: linear(sizes.ffnSize, hiddenSize, { bias: true }),
  })
  return container('Qwen3OmniMoeTalkerForConditionalGeneration', {
    model: container('Qwen3OmniMoeTalkerModel', {
      ...stack(text, sizes, mixture(text, hiddenSize)),
      codec_embedding: embedding(vocabSize, hiddenSize),
    }),
    text_projection: resized,
    hidden_projection: resized,
    codec_head: linear(hiddenSize, vocabSize),
    code_predictor: codePredictor(config.object('code_predictor_config')),
  })
}

/** The layers and the norm after them. */
function stack(config: ConfigReader, sizes: DecoderSizes, mlp: Module) {
  const norm = rmsNorm(sizes.hiddenSize)
  const attention = llamaAttention(sizes, config, headNorms(sizes))
  return {
    layers: repeated(sizes.layers, preNormLayer('Qwen3OmniMoeTalkerDecoderLayer', { norm, attention, mlp })),
    norm,
  }
}

function mixture(config: ConfigReader, hiddenSize: number): Module {
  const routing = {
    experts: config.integer(['num_experts', 'num_local_experts'], 128),
    expertsPerToken: config.integer('num_experts_per_tok', 8),
  }
  const ffnSize = config.integer('moe_intermediate_size', 384)
  return expertsBlock('Qwen3OmniMoeTalkerTextSparseMoeBlock', {
    gate: linear(hiddenSize, routing.experts),
    experts: experts(routing, gatedMlp({ hiddenSize, ffnSize })),
    shared_expert: gatedMlp({ hiddenSize, ffnSize: config.integer('shared_expert_intermediate_size', 0) }),
    shared_expert_gate: linear(hiddenSize, 1),
  })
}

/** Predicts the other codes of a step from the first, with an embedding and an output for each. */
function codePredictor(config: ConfigReader): Module {
  const sizes = decoderSizes(config, {
    vocab_size: 2048,
    hidden_size: 1024,
    intermediate_size: 3072,
    num_hidden_layers: 5,
    num_attention_heads: 16,
    num_key_value_heads: 8,
    head_dim: 128,
    tie_word_embeddings: false,
  })
  const { hiddenSize, vocabSize } = sizes
  const others = config.positive('num_code_groups', 32) - 1
  return container('Qwen3OmniMoeTalkerCodePredictorModelForConditionalGeneration', {
    model: container('Qwen3OmniMoeTalkerCodePredictorModel', {
      ...stack(config, sizes, gatedMlp(sizes)),
      codec_embedding: repeated(others, embedding(vocabSize, hiddenSize)),
    }),
    lm_head: repeated(others, linear(hiddenSize, vocabSize)),
  })
}
