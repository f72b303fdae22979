import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { Family, FamilyFacts } from '../family.js'
import { type Children, container, movedTies } from '../module.js'
import { otherDefaults } from '../other-defaults.js'
import { chooseClass } from './model-class.js'
import { part } from './multimodal-family.js'

/** A model that sees, hears and speaks: a multimodal model, and what makes speech of its text. */
export interface OmniFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class names: `Qwen2_5Omni` for `Qwen2_5OmniForConditionalGeneration`. */
  readonly name: string
  /** The family of the multimodal model in it. */
  readonly thinker: string
  /** What makes speech. */
  readonly speech: (config: ConfigReader, thinker: Dimensions) => Children
  /** Elements of the buffers in these modules, in float32. */
  readonly speechBuffers: (config: ConfigReader) => number
  /** The modules for speech that are in float32, whatever the dtype of the model. Default: none. */
  readonly inFloat32?: readonly string[]
}

const ONLY_GENERATES =
  ' computes no loss, it only generates; its thinker is what people train: pass the `thinker_config` alone'

/** A family of Qwen's omni models. It has no modules for speech if `enable_audio_output` is false. */
export function omniFamily(options: OmniFamilyOptions): Family {
  const { modelType, name, thinker, speech, speechBuffers, inFloat32 = [], ...facts } = options
  return {
    ...facts,
    modelTypes: [modelType],
    classPrefix: name,
    describe(config, className, find) {
      const inside = config.object('thinker_config')
      const { root, dimensions, notes, forward } = part(inside, thinker, find)
      const speaks = config.boolean('enable_audio_output', true)
      const chosen = chooseClass(name, className, {
        ForConditionalGeneration: () =>
          container(`${name}ForConditionalGeneration`, {
            thinker: movedTies(root, '', 'thinker.'),
            ...(speaks && speech(config, dimensions)),
          }),
      })
      return {
        ...chosen,
        dimensions,
        notes: [...chosen.notes, ...notes, ...otherDefaults(inside, thinker, dimensions)],
        ...(forward && {
          forward: {
            ...forward,
            ...(speaks && {
              float32BufferElements: (forward.float32BufferElements ?? 0) + speechBuffers(config),
              float32Modules: inFloat32,
            }),
            withoutTraining: `${name}ForConditionalGeneration${ONLY_GENERATES}`,
          },
        }),
      }
    },
  }
}
