import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { partialRotation } from '../forward/rotation.js'
import { activated, call, eagerMask, give, layerNormed, make, plus, project, set, written } from './build.js'
import type { Count, Frames, Strided } from './count.js'
import { encoderDecoder, WRITTEN } from './encoder-decoder.js'
import type { Program } from './program.js'
import { RATE, SAMPLES } from './sound.js'
import type { Steps } from './steps.js'
import type { PairedAttention } from './written.js'

/** What remains of the samples behind each convolution (`MoonshineEncoder.__init__`). */
const CONVOLUTIONS: readonly Strided[] = [
  { kernel: 127, stride: 64 },
  { kernel: 7, stride: 3 },
  { kernel: 3, stride: 2 },
]

/**
 * The program of Moonshine (`modeling_moonshine.py` of transformers 4.57.6).
 *
 * @param dimensions - those of the encoder
 */
export function moonshineProgram(config: ConfigReader, dimensions: Dimensions): Program {
  const { hiddenSize, heads, headDim = hiddenSize / heads } = dimensions
  const behind = CONVOLUTIONS.map((_, index): Frames => ({ ...SAMPLES, frames: CONVOLUTIONS.slice(0, index + 1) }))
  const frames: Count = [behind.at(-1) ?? SAMPLES]
  const { features } = partialRotation(config, { ...dimensions, headDim }, 0.9)
  const angles = typeof features === 'number' ? Math.ceil(features / 2) : headDim / 2
  const shared = {
    heads,
    headDim,
    rotated: Math.min(2 * angles, headDim),
    padded: config.optionalInteger('pad_head_dim_to_multiple_of'),
    dropout: config.number('attention_dropout', 0),
  }
  const tables = (steps: Count, type: 'compute' | 'model'): Steps => [
    set('order', make(steps, 'int64')),
    set('cos', make([...steps, 2 * angles], type)),
    set('sin', make([...steps, 2 * angles], type)),
  ]
  const stream = { steps: frames, size: hiddenSize }
  const sound: Count = ['batch', SAMPLES]
  return {
    hears: true,
    says: [
      `sound with ${RATE.toLocaleString('en-US')} samples for each second, all of one length, so that nothing is padded or masked`,
      'in training, each sound has `targetLength` tokens of text (as many as `sequenceLength`, if that is all that is given)',
    ],
    ...encoderDecoder({
      reads: sound,
      encoder: {
        embeddings: [
          set(
            'hidden',
            written({
              kind: 'soundStem',
              samples: [SAMPLES],
              widths: [hiddenSize, 2 * hiddenSize, hiddenSize],
              steps: behind.map((one) => [one]),
            }),
          ),
          ...tables(frames, 'compute'),
        ],
        layers: {
          each: 'layers',
          carries: 'hidden',
          given: TABLES,
          keywords: TABLES,
          kinds: [
            [
              give(
                written({
                  kind: 'turnedLayer',
                  ...stream,
                  attention: {
                    ...shared,
                    queries: frames,
                    keys: frames,
                    isCross: false,
                    isCausal: false,
                    caches: false,
                  },
                  activation: config.string('encoder_hidden_act', 'gelu'),
                }),
              ),
            ],
          ],
        },
        ending: [set('hidden', written({ kind: 'streamNorm', ...stream, module: 'layer_norm' }))],
      },
      decoder: {
        embeddings: [
          set('embedded', { ...WRITTEN, isInput: true }),
          set('mask', eagerMask(['batch', 'target', 'target'])),
          ...tables(['target'], 'model'),
          set('hidden', 'embedded'),
        ],
        layers: {
          each: 'layers',
          carries: 'hidden',
          given: ['mask', 'source', ...TABLES],
          keywords: TABLES,
          kinds: [decoderLayer(shared, frames, config.string('decoder_hidden_act', 'silu'))],
        },
        ending: [set('hidden', layerNormed('norm', 'hidden'))],
      },
      head: 'proj_out',
      // Frequencies of both stacks, and a copy of them.
      buffers: [{ count: [4 * angles], type: 'float32' }],
    }),
    loss: { op: 'shiftedEntropy', of: 'result' },
  }
}

/** What layers get by keyword. */
const TABLES = ['order', 'cos', 'sin'] as const

/** `MoonshineDecoderLayer`. */
function decoderLayer(
  shared: Pick<PairedAttention, 'heads' | 'headDim' | 'rotated' | 'padded' | 'dropout'>,
  frames: Count,
  activation: string,
): Steps {
  const attention = (isCross: boolean): Steps => [
    give(
      written({
        kind: 'pairedAttention',
        ...shared,
        queries: ['target'],
        keys: isCross ? frames : ['target'],
        isCross,
        isCausal: !isCross,
        caches: true,
      }),
    ),
  ]
  const feedForward: Steps = [
    { split: project('fc1', 'hidden'), into: ['hidden', 'gate'] },
    set('hidden', { op: 'multiply', of: [activated(activation, 'gate'), 'hidden'] }),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  const block = (norm: string, steps: Steps): Steps => [
    set('residual', 'hidden'),
    set('hidden', layerNormed(norm, 'hidden')),
    ...steps,
    set('hidden', plus('residual', 'hidden')),
  ]
  return [
    ...block('input_layernorm', [
      set('hidden', call(attention(false), { hidden: 'hidden', mask: 'mask', cos: 'cos', sin: 'sin' }, 'self_attn')),
    ]),
    ...block('post_attention_layernorm', [
      set('hidden', call(attention(true), { hidden: 'hidden', source: 'source' }, 'encoder_attn')),
    ]),
    ...block('final_layernorm', [set('hidden', call(feedForward, { hidden: 'hidden' }, 'mlp'))]),
    give('hidden'),
  ]
}
