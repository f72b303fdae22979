import type { ConfigReader } from '../config-reader.js'
import { call, give, lookup, make, normed, project, type Steps, set, TOKENS } from '../program/index.js'
import type { FindSense, Sense } from '../sense.js'

/**
 * Gemma 3n: every token goes through the embedders of images and sound, which have special tokens of their own; what they make of
 * other tokens is not used (`Gemma3nModel.forward`, transformers 4.57.6).
 */
export const gemma3nWords: FindSense = (config, _, prefix) => {
  const features = config.object('text_config').positive('hidden_size', 2048)
  const through = (name: string): Steps => [
    set(`${name} mask`, make(TOKENS, 'bool')),
    set(`${name} ids`, make(TOKENS, 'int64')),
    set(`${name} vectors`, call(embedder(features), { ids: `${name} ids` }, `${prefix}${name}`)),
    set('embedded', { op: 'choose', of: [`${name} vectors`, 'embedded'], mask: `${name} mask` }),
  ]
  const names = ['embed_vision', 'embed_audio']
  return {
    tokens: 0,
    input:
      'every token goes through the embedders of images and sound, also of text: all are looked up there, and most are not used',
    buffers: [{ count: [names.length], type: 'model' }, ...audioBuffers(config.object('audio_config'))],
    passes: names.map((name) => `${prefix}${name}`),
    unused: names.map((name) => `${prefix}${name}.soft_embedding_norm.`),
    steps: names.flatMap(through),
  }
}

/** What makes vectors of the language model from special tokens (`Gemma3nMultimodalEmbedder`). */
function embedder(features: number): Steps {
  return [
    set('words', lookup('embedding', TOKENS, make(TOKENS, 'int64'))),
    set('normal', normed('rmsNormFloat32Quotient', 'hard_embedding_norm', 'words')),
    set('projected', project('embedding_projection', 'normal')),
    give({ op: 'norm', kind: 'rmsNormQuotientWithoutGain', module: '', of: 'projected', size: features }),
  ]
}

/** Numbers, masks and time scales of the encoder of sound, which exist also while nothing passes through it. */
function audioBuffers(config: ConfigReader): Sense['buffers'] {
  const layers = config.integer('conf_num_hidden_layers', 12)
  const chunk = config.integer('conf_attention_chunk_size', 12)
  const before = Math.max(0, config.integer('conf_attention_context_left', 13) - 1)
  const context = chunk + before + config.integer('conf_attention_context_right', 0)
  return [
    // Five limits and a scale.
    { count: [layers, 6], type: 'model' },
    // A soft cap, and time scales.
    { count: [layers, 1 + Math.floor(config.positive('hidden_size', 1536) / 2)], type: 'float32' },
    { count: [layers, chunk, context], type: 'bool' },
  ]
}
