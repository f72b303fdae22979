import { visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { activated, attended, call, convolved, give, make, normed, plus, project, set } from './build.js'
import type { Count } from './count.js'
import type { Step, Steps } from './steps.js'

/** Reads the sizes of Pixtral's encoder. */
export function pixtralSizes(vision: ConfigReader, patch = 16) {
  return {
    ...visionSizes(vision, {
      hidden_size: 1024,
      intermediate_size: 4096,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      patch_size: patch,
    }),
    activation: vision.string('hidden_act', 'gelu'),
  }
}

interface EncoderSizes extends ReturnType<typeof pixtralSizes> {
  /** What counts the images. */
  readonly unit: 'batch' | 'images'
  /** The patches of an image. */
  readonly patches: number
}

/**
 * From `pixels` to `hidden`. The patches of all images see a mask as large as the square of their number.
 *
 * @param used - how many layers something depends on: then the inputs of layers are kept as `state0` to `stateN`
 */
export function pixtralEncoder(at: string, sizes: EncoderSizes, used?: number): Steps {
  const { unit, patches, hiddenSize, heads } = sizes
  const angles: Count = [unit, patches, hiddenSize / heads]
  return [
    set('patches', convolved(`${at}patch_conv`, 'pixels', [unit, patches, hiddenSize])),
    set('hidden', { op: 'reorder', of: 'patches' }),
    set('hidden', normed('rmsNorm', `${at}ln_pre`, 'hidden')),
    set('angles', make(angles, 'float32')),
    set('wideCos', make(angles, 'float32')),
    set('wideSin', make(angles, 'float32')),
    set('cos', { op: 'own', of: 'wideCos' }),
    set('sin', { op: 'own', of: 'wideSin' }),
    ...['angles', 'wideCos', 'wideSin'].map((drop): Step => ({ drop })),
    ...(used === undefined ? [set('first', 'hidden')] : []),
    set('mask', make([unit, unit, patches, patches], 'model')),
    {
      each: `${at}transformer.layers`,
      carries: 'hidden',
      given: ['mask', 'cos', 'sin'],
      kinds: [pixtralLayer(sizes)],
      ...(used !== undefined && { keeps: 'state', unusedFrom: used }),
    },
    ...['mask', 'cos', 'sin', 'patches'].map((drop): Step => ({ drop })),
  ]
}

function pixtralLayer({ unit, patches, hiddenSize, heads, activation }: EncoderSizes): Steps {
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    set('newQuery', { op: 'rotate', of: 'query', by: ['cos', 'sin'] }),
    set('newKey', { op: 'rotate', of: 'key', by: ['cos', 'sin'] }),
    { drop: 'query' },
    { drop: 'key' },
    set(
      'out',
      attended(['newQuery', 'newKey', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: [1],
        queries: [unit, patches],
        mask: 'mask',
        isMaskForAll: true,
      }),
    ),
    set('out', project('o_proj', 'out')),
    give('out'),
  ]
  const gate = activated(activation, project('gate_proj', 'x'))
  const feedForward: Steps = [
    set('down', project('down_proj', { op: 'multiply', of: [gate, project('up_proj', 'x')] })),
    give('down'),
  ]
  return [
    set('residual', 'hidden'),
    set('hidden', normed('rmsNorm', 'attention_norm', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', mask: 'mask', cos: 'cos', sin: 'sin' }, 'attention')),
    set('hidden', plus('residual', 'hidden')),
    set('residual', 'hidden'),
    set('hidden', normed('rmsNorm', 'ffn_norm', 'hidden')),
    set('hidden', call(feedForward, { x: 'hidden' }, 'feed_forward')),
    set('hidden', plus('residual', 'hidden')),
    give('hidden'),
  ]
}
