import { CheckpointError } from '../checkpoint-error.js'
import type { ConfigReader } from '../config-reader.js'
import { describeFamily } from '../describe-family.js'
import type { Family, FamilyFacts, FindFamily, ModelDescription } from '../family.js'
import { type Module, tower } from '../module.js'
import { chooseClass } from './model-class.js'

/** An encoder of texts and one of images, with what compares them. */
export interface DualEncoderFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The class of the whole. */
  readonly className: string
  /** The families of the two encoders. */
  readonly text: string
  readonly vision: string
  readonly build: (config: ConfigReader, encoders: { readonly text: Encoder; readonly vision: Encoder }) => Module
}

/** An encoder without the module around it. */
export interface Encoder {
  readonly module: Module
  readonly hiddenSize: number
}

/** A family of two encoders. Its sizes are those of the text encoder. */
export function dualEncoderFamily(options: DualEncoderFamilyOptions): Family {
  const { modelType, className, text, vision, build, ...facts } = options
  return {
    ...facts,
    modelTypes: [modelType],
    classPrefix: className,
    describe(config, wanted, find) {
      const texts = encoder(config.object('text_config'), text, find)
      const images = encoder(config.object('vision_config'), vision, find)
      const module = build(config, {
        text: { module: inner(texts), hiddenSize: texts.dimensions.hiddenSize },
        vision: { module: tower('vision', inner(images)), hiddenSize: images.dimensions.hiddenSize },
      })
      return { ...chooseClass(className, wanted, { '': () => module }), dimensions: texts.dimensions }
    },
  }
}

function encoder(config: ConfigReader, modelType: string, find: FindFamily): ModelDescription {
  const family = find(modelType)
  if (family) return describeFamily(family, config, undefined, find)
  throw new CheckpointError('unsupported_architecture', `Unknown model family ${JSON.stringify(modelType)}`)
}

/** The encoder inside the module that is its own class. */
function inner({ root }: ModelDescription): Module {
  return Object.values(root.children ?? {})[0] ?? root
}
