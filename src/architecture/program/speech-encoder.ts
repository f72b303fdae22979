import type { ConfigReader } from '../config-reader.js'
import { activated, attended, call, dropping, give, layerNormed, plus, project, set, written } from './build.js'
import type { Count, Frames } from './count.js'
import type { Sound } from './sound-features.js'
import type { Assignment, Loop, Step, Steps, Value } from './steps.js'

/** How the encoder of a family differs from that of wav2vec 2.0. */
export interface SpeechEncoder {
  /** Attention with biases for distances, which have gates (WavLM). Default: none. */
  readonly gates?: boolean
  /** Whether a norm of the whole batch comes before the convolution of positions (HuBERT). Default: no. */
  readonly normsBatch?: boolean
}

/**
 * The encoder, from `projected` to `hidden`.
 *
 * @param isKept - whether the inputs of layers, and the last output, are kept as `state0`, `state1`, …
 */
export function encoderSteps(
  config: ConfigReader,
  { gates = false, normsBatch = false }: SpeechEncoder,
  at: string,
  frames: Frames,
  isKept: boolean,
): Steps {
  const isStable = config.boolean('do_stable_layer_norm', false)
  const layers = config.integer('num_hidden_layers', 12)
  const rate = config.number('hidden_dropout', 0)
  const positions = written({
    kind: 'positionalConvolution',
    steps: [frames],
    normsBatch,
    kernel: config.positive('num_conv_pos_embeddings', 128),
    activation: config.string('feat_extract_activation', 'gelu'),
  })
  const norm: Assignment = set('hidden', layerNormed(`${at}encoder.layer_norm`, 'hidden'))
  const loop: Loop = {
    each: `${at}encoder.layers`,
    carries: 'hidden',
    ...(isKept && { keeps: 'state' }),
    ...(gates && { shares: ['bias'], kindOf: Array.from({ length: layers }, (_, index) => Math.min(index, 1)) }),
    kinds: gates
      ? [true, false].map((isFirst) => layerSteps(config, gatedAttention(config, frames, isFirst)))
      : [layerSteps(config, plainAttention(config, frames))],
  }
  return [
    set('positions', call([give(positions)], { hidden: 'projected' }, `${at}encoder.pos_conv_embed`)),
    set('hidden', plus('projected', 'positions')),
    ...(isStable ? [] : [norm]),
    ...dropping(rate, 'hidden'),
    loop,
    ...(gates ? [{ drop: 'bias' }] : []),
    ...(isStable ? [norm, ...(isKept ? [set(`state${layers}`, 'hidden')] : [])] : []),
    { drop: 'positions' },
  ]
}

/** Convolutions that make the output shorter (`Wav2Vec2Adapter`). */
export function adapterSteps(config: ConfigReader, at: string, { frames, adapted }: Sound): Steps {
  if (!config.boolean('add_adapter', false)) return []
  const size = config.derived('output_hidden_size', config.positive('hidden_size', 768))
  const steps: Count[] = [frames, ...adapted].map((one) => [one])
  return [
    set('hidden', call([give(written({ kind: 'soundAdapter', steps, size }))], { hidden: 'hidden' }, `${at}adapter`)),
  ]
}

/** Attention of a layer, from `hidden` to `out`. */
function plainAttention(config: ConfigReader, frames: Frames): Steps {
  const hiddenSize = config.positive('hidden_size', 768)
  const heads = config.positive('num_attention_heads', 12)
  const steps: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        queries: [frames],
        dropout: config.number('attention_dropout', 0),
        // BART's eager attention leaves the scores in 16 bits.
        eager: { softmax: 'scores', weights: 'none' },
        returnsWeights: 'layer',
      }),
    ),
    set('out', project('out_proj', 'out')),
    give('out'),
  ]
  return [set('out', call(steps, { hidden: 'hidden' }, 'attention'))]
}

/** WavLM's. The first layer makes the biases of all. */
function gatedAttention(config: ConfigReader, frames: Frames, isFirst: boolean): Step[] {
  const heads = config.positive('num_attention_heads', 12)
  const bias = written({ kind: 'speechBias', heads, steps: [frames] })
  const attention = written({ kind: 'gatedAttention', heads, steps: [frames] })
  return [
    ...(isFirst ? [set('bias', call([give(bias)], {}, 'attention'))] : []),
    set('out', call([give(attention)], { hidden: 'hidden', bias: 'bias' }, 'attention')),
  ]
}

/** `Wav2Vec2EncoderLayer`, and `Wav2Vec2EncoderLayerStableLayerNorm` with norms before its blocks. */
function layerSteps(config: ConfigReader, attention: Steps): Steps {
  const isStable = config.boolean('do_stable_layer_norm', false)
  const rate = config.number('hidden_dropout', 0)
  const feedForward: Steps = [
    set('hidden', project('intermediate_dense', 'hidden')),
    set('hidden', activated(config.string('hidden_act', 'gelu'), 'hidden')),
    ...dropping(config.number('activation_dropout', 0), 'hidden'),
    set('hidden', project('output_dense', 'hidden')),
    ...dropping(rate, 'hidden'),
    give('hidden'),
  ]
  const fed = (of: Value): Value => call(feedForward, { hidden: of }, 'feed_forward')
  const normed = (module: string): Steps => [set('hidden', layerNormed(module, 'hidden'))]
  const adapter: Steps = [
    set('x', layerNormed('norm', 'x')),
    set('x', project('linear_1', 'x')),
    set('x', activated('relu', 'x')),
    set('x', project('linear_2', 'x')),
    give('x'),
  ]
  const isAdapted = isStable && config.optionalInteger('adapter_attn_dim') !== undefined
  return [
    set('residual', 'hidden'),
    ...(isStable ? normed('layer_norm') : []),
    ...attention,
    set('hidden', 'out'),
    { drop: 'out' },
    ...dropping(rate, 'hidden'),
    set('hidden', plus('residual', 'hidden')),
    ...(isStable ? [] : normed('layer_norm')),
    set('hidden', plus('hidden', fed(isStable ? layerNormed('final_layer_norm', 'hidden') : 'hidden'))),
    ...(isStable ? [] : normed('final_layer_norm')),
    ...(isAdapted ? [set('hidden', plus('hidden', call(adapter, { x: 'hidden' }, 'adapter_layer')))] : []),
    give('hidden'),
  ]
}
