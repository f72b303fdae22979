import type { ConfigObject } from '../config-object.js'
import type { ConfigReader } from '../config-reader.js'
import { sizeInWords } from '../image-grid.js'
import {
  activated,
  type Count,
  copied,
  give,
  part,
  project,
  type Steps,
  set,
  split,
  type Value,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import type { FindSense } from '../sense.js'
import type { ImageEncoder } from './encoders.js'

/** The encoders that a family has, by the `model_type` in `vision_config`. */
export interface EncoderChoice {
  readonly encoders: Readonly<Partial<Record<string, (vision: ConfigReader, tiles?: number) => ImageEncoder>>>
  /** The one of a config that names none. */
  readonly usual: string
  /** Its config where there is none. */
  readonly whenAbsent?: ConfigObject
}

/** The encoder that a config names. */
export function encoderOf(config: ConfigReader, choice: EncoderChoice, tiles?: number): ImageEncoder {
  const { encoders, usual } = choice
  const vision = visionOf(config, choice)
  const name = vision.string('model_type', usual)
  const encoder = encoders[name]
  if (!encoder)
    throw new RangeError(
      `\`images\`: the forward pass of the encoder ${name} is not described beside this language model: leave it out to estimate inputs of text only`,
    )
  return encoder(vision, tiles)
}

/** The config of the encoder. */
export function visionOf(config: ConfigReader, { whenAbsent }: EncoderChoice): ConfigReader {
  const stated = config.object('vision_config')
  return config.has('vision_config') || !whenAbsent ? stated : stated.withDefaults(whenAbsent)
}

/** The states that a config selects: `-2` is the input of the last layer. */
export function selectedStates(config: ConfigReader, layers: number, absent = -2): number[] {
  const stated = config.raw('vision_feature_layer') ?? absent
  const chosen = (Array.isArray(stated) ? stated : [stated]).map(Number)
  return chosen.map((index) => (index < 0 ? layers + 1 + index : index))
}

/** LLaVA 1.5: the output of one layer, or of several side by side, without the vector of the whole image. */
export function llavaImages(encoder: EncoderChoice): FindSense {
  return (config, _, prefix) => {
    const tower = encoderOf(config, encoder)
    const { sizes, vectors } = tower
    const { hiddenSize, side, channels } = sizes
    const states = selectedStates(config, tower.layers)
    const isCut = config.string('vision_feature_select_strategy', 'default') === 'default'
    const tokens = vectors - (isCut ? 1 : 0)
    const used = Math.max(...states)
    const at = `${prefix}vision_tower.`
    const features = config.object('text_config').positive('hidden_size', 4096)
    const cut = (of: Value): Value => (isCut ? part(of, ['images', tokens, hiddenSize]) : of)
    const steps: Steps = [
      ...tower.steps(at, used),
      ...(states.length === 1
        ? [set('selected', cut(`state${states[0]}`))]
        : [set('selected', { op: 'concat', of: states.map((index) => cut(`state${index}`)) })]),
      set(
        'hidden',
        projected(
          `${prefix}multi_modal_projector`,
          states.length === 1 && isCut ? copied('selected') : 'selected',
          config,
        ),
      ),
      give('hidden'),
    ]
    return {
      tokens,
      isResized: true,
      input: sizeInWords({ width: side, height: side }),
      buffers: [{ count: ['images', channels, side, side], type: 'float32' }, { count: [vectors] }],
      passes: [`${prefix}vision_tower`, `${prefix}multi_modal_projector`],
      unused: tower.unused(at, used),
      returned: ['features'],
      steps: [
        set('pixels', { op: 'input', count: ['images', channels, side, side], type: 'float32' }),
        ...listed({ op: 'call', steps, with: { pixels: 'pixels' } }, ['images', tokens, features]),
      ],
    }
  }
}

/** The vectors of each image in a list, which is joined before they take their places. */
export function listed(vectors: Value, count: Count): Steps {
  return [
    split(vectors, ['listed'], [count]),
    ...withFeatures({ op: 'concat', of: ['listed'] }, count, { drops: ['listed'] }),
  ]
}

/** LLaVA's projector: two linear layers. */
export function projected(at: string, of: Value, config: ConfigReader): Value {
  return {
    op: 'call',
    at,
    with: { hidden: of },
    steps: [
      set('hidden', project('linear_1', 'hidden')),
      set('hidden', activated(config.string('projector_hidden_act', 'gelu'), 'hidden')),
      set('hidden', project('linear_2', 'hidden')),
      give('hidden'),
    ],
  }
}
