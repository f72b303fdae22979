import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { CheckpointError } from '../checkpoint-error.js'
import type { ConfigObject } from '../config-object.js'
import type { ConfigReader } from '../config-reader.js'
import { describeFamily } from '../describe-family.js'
import type { Dimensions } from '../dimensions.js'
import type { Family, FamilyFacts, FindFamily, ModelDescription } from '../family.js'
import type { ForwardPass } from '../forward/index.js'
import { type Children, container, type Module, movedTies } from '../module.js'
import { withRoutersOfWhole } from '../router-logits.js'
import { chooseClass, withHead } from './model-class.js'

/** A language model with encoders of images or sound beside it. */
export interface MultimodalFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class names: `Llava` for `LlavaForConditionalGeneration`. */
  readonly name: string
  /** The prefix of its base model's class. Default: `name`. */
  readonly baseName?: string
  /** Whether a classifier of tokens has a bias. Default: yes. */
  readonly tokenClassifierBias?: (config: ConfigReader) => boolean
  /** The suffix of its usual class. Default: `ForConditionalGeneration`. */
  readonly suffix?: string
  readonly text: LanguageModel
  /** What the code of the whole changes in the forward pass of the language model. */
  readonly changes?: (forward: ForwardPass, config: ConfigReader) => ForwardPass
  /** The modules beside the language model, in torch's order (see `madeAfterText`). */
  readonly beside: (config: ConfigReader, around: Surroundings) => Children
  /** Parameters of the base model itself, such as the embedding of a new line in an image. */
  readonly parameters?: (config: ConfigReader, text: Dimensions) => Module['parameters']
  /**
   * Where the language model is: `base` has its base model under `model.language_model` and its output embedding beside
   * `model`; `whole` has all of it under `language_model`; `open` has its parts, `model` and the output embedding, beside
   * the encoders. Default: `base`.
   */
  readonly holds?: 'base' | 'whole' | 'open'
  /** The family's name for the language model. Default: `language_model`. */
  readonly languageModelName?: string
  /** The modules beside the language model that the class makes after it. Default: none. */
  readonly madeAfterText?: readonly string[]
}

/** The language model inside a multimodal model. */
export interface LanguageModel {
  /** The family if `text_config` names none; it may depend on the config of the whole. */
  readonly family: string | ((config: ConfigReader) => string)
  /**
   * The language model as transformers 5 has it, for a whole that only transformers 5 has, if its family on its own is described as in
   * 4.57. Default: the family that `model_type` names.
   */
  readonly newer?: Family
  /** The field with the config of the language model. Default: `text_config`. */
  readonly field?: string
  /** Sizes that differ from the family's defaults if `text_config` leaves them out. */
  readonly defaults?: ConfigObject
  /** Sizes that differ from the family's defaults if there is no `text_config`. One that is there has the family's own. */
  readonly whenAbsent?: ConfigObject
  /** Whether older configs have the fields of the language model beside those of the encoders. Default: no. */
  readonly mayBeFlat?: boolean
  /**
   * Whether the embeddings are tied if the config of the whole does not say, or how to tell. The classes of transformers 5
   * read `tie_word_embeddings` there. Default: `text_config` has it, as in the classes of transformers 4.
   */
  readonly tied?: boolean | ((config: ConfigReader) => boolean)
}

/** What the modules beside the language model depend on. */
export interface Surroundings {
  /** The sizes of the language model. */
  readonly text: Dimensions
  /**
   * The bare model of a family, such as an image encoder.
   *
   * @param field - the field with its config: `vision_config`
   * @param family - the family if its config names none
   * @param whenAbsent - sizes that differ from the family's defaults if there is no such field
   */
  bareModel(field: string, family: string, whenAbsent?: ConfigObject): ModelDescription
}

/** A family of multimodal models: its own modules around a language model of another family. */
export function multimodalFamily(options: MultimodalFamilyOptions): Family {
  const { modelType, name, suffix = 'ForConditionalGeneration', text, beside, parameters, ...others } = options
  const { holds = 'base', languageModelName = 'language_model', baseName = name, madeAfterText = [], ...rest } = others
  const { tokenClassifierBias = () => true, changes = (forward: ForwardPass) => forward, ...facts } = rest
  return {
    undivided:
      'what the plan of its language model does beside encoders is not estimated: pass the config of that model',
    ...facts,
    modelTypes: [modelType],
    classPrefix: name,
    describe(config, className, find) {
      const partNotes: string[] = []
      const bareModel: Surroundings['bareModel'] = (field, family, whenAbsent) => {
        const stated = config.object(field)
        const model = part(config.has(field) ? stated : stated.withDefaults(whenAbsent ?? {}), family, find)
        partNotes.push(...model.notes.map((note) => (note.includes(`${field}.`) ? note : `${field}: ${note}`)))
        return model
      }
      const language = part(languageConfig(config, text, find), usualFamily(config, text), languageFamilies(text, find))
      const { dimensions, forward } = language
      const children = beside(config, { text: dimensions, bareModel })
      const own = parameters?.(config, dimensions)
      const { prefix, base, heads } = withoutHeads(language.root)
      const isAfter = (child: string): boolean => madeAfterText.includes(child)
      const [before, after] = [pick(children, (child) => !isAfter(child)), pick(children, isAfter)]
      const around = (type: string, model: Module): Module =>
        container(type, { ...before, [languageModelName]: model, ...after }, own && { parameters: own })
      const baseIn = (outer: string): Module =>
        around(`${baseName}Model`, movedTies(base, prefix, `${outer}${languageModelName}.`))
      const wholes = {
        base: () =>
          container(name + suffix, {
            model: baseIn('model.'),
            ...mapValues(heads, (head) => movedTies(head, prefix, `model.${languageModelName}.`)),
          }),
        whole: () => around(name + suffix, movedTies(language.root, '', `${languageModelName}.`)),
        open: () => container(name + suffix, { ...children, ...language.root.children }),
      }
      const chosen = chooseClass(
        name,
        className,
        {
          [suffix]: () => wholes[holds](),
          ...(holds === 'base' && {
            Model: () => baseIn(''),
            ForSequenceClassification: () =>
              withHead(`${name}ForSequenceClassification`, 'model', baseIn('model.'), {
                score: linear(dimensions.hiddenSize, labelCount(config)),
              }),
            ForTokenClassification: () =>
              withHead(`${name}ForTokenClassification`, 'model', baseIn('model.'), {
                score: linear(dimensions.hiddenSize, labelCount(config), { bias: tokenClassifierBias(config) }),
              }),
          }),
        },
        [baseName],
      )
      return {
        ...chosen,
        dimensions,
        notes: [
          ...chosen.notes,
          ...ignoredSizes(config, text),
          ...tiedTwice(config, text, dimensions),
          ...language.notes,
          ...partNotes,
        ],
        ...(forward && { forward: withRoutersOfWhole(changes(forward, config), modelType, holds) }),
      }
    },
  }
}

/** The config of the language model, with the defaults that the multimodal family gives it. */
function languageConfig(config: ConfigReader, text: LanguageModel, find: FindFamily): ConfigReader {
  const stated = statedLanguageConfig(config, text, find)
  const { tied } = text
  if (tied === undefined) return stated
  const tie_word_embeddings = typeof tied === 'function' ? tied(config) : config.boolean('tie_word_embeddings', tied)
  return stated.withoutFields(['tie_word_embeddings']).withDefaults({ tie_word_embeddings })
}

/** Finds the families of language models. */
function languageFamilies({ newer }: LanguageModel, find: FindFamily): FindFamily {
  return (modelType) => (newer?.modelTypes.includes(modelType) ? newer : find(modelType))
}

/** The family of a language model whose config names none. */
function usualFamily(config: ConfigReader, { family }: LanguageModel): string {
  return typeof family === 'string' ? family : family(config)
}

function statedLanguageConfig(config: ConfigReader, text: LanguageModel, find: FindFamily): ConfigReader {
  const { field = 'text_config' } = text
  const usual = usualFamily(config, text)
  if (config.has(field)) {
    const stated = config.object(field)
    const isUsual = find(stated.string('model_type', usual)) === find(usual)
    return isUsual ? stated.withDefaults(text.defaults ?? {}) : stated
  }
  const absent = text.mayBeFlat ? config.withoutFields(['model_type', 'architectures']) : config.object(field)
  return absent.withDefaults({ ...text.defaults, ...text.whenAbsent })
}

/** A note on sizes beside an absent `text_config`, such as those of a class with custom code. transformers ignores them. */
function ignoredSizes(config: ConfigReader, { mayBeFlat = false, field = 'text_config' }: LanguageModel): string[] {
  const ignored = ['hidden_size', 'num_hidden_layers', 'vocab_size'].filter((name) => config.has(name))
  if (mayBeFlat || config.has(field) || ignored.length === 0) return []
  return [
    `${ignored.join(', ')}: ignored, since this class reads the sizes of its language model from ${field}. There is none, so the class defaults are used.`,
  ]
}

/** A note on a config that ties the embeddings in one place and not in the other. */
function tiedTwice(config: ConfigReader, { tied }: LanguageModel, { tiedEmbeddings }: Dimensions): string[] {
  const outer = config.raw('tie_word_embeddings')
  if (tied !== undefined || typeof outer !== 'boolean' || outer === tiedEmbeddings) return []
  return [
    `tie_word_embeddings is ${outer} in the config of the whole and ${tiedEmbeddings} in that of its language model. The latter counts here, as in transformers 4; in transformers 5, the former does.`,
  ]
}

/** A part of a multimodal model in its default class, with its forward pass if it is a language model. */
export function part(config: ConfigReader, usual: string, find: FindFamily): ModelDescription {
  const modelType = config.string('model_type', usual)
  const family = find(modelType)
  if (!family) {
    throw new CheckpointError('unsupported_architecture', `Unknown model family ${JSON.stringify(modelType)}`, {
      place: [...config.place, 'model_type'],
      help: 'It is a part of a multimodal model. Totals and linear layers can be derived from the safetensors headers',
    })
  }
  return describeFamily(family, config, undefined, find)
}

/** A language model in two: its base model, and the heads beside it. */
function withoutHeads(root: Module): { readonly prefix: string; readonly base: Module; readonly heads: Children } {
  const children = Object.entries(root.children ?? {})
  const [name, base] = children.find(([, { part }]) => part !== 'head') ?? ['', root]
  return { prefix: `${name}.`, base, heads: Object.fromEntries(children.filter(([, { part }]) => part === 'head')) }
}

function pick(children: Children, isWanted: (name: string) => boolean): Children {
  return Object.fromEntries(Object.entries(children).filter(([name]) => isWanted(name)))
}

function mapValues(children: Children, change: (module: Module) => Module): Children {
  return Object.fromEntries(Object.entries(children).map(([name, child]) => [name, child && change(child)]))
}
