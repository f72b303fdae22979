import { nearNames } from '../options/index.js'
import type { Architecture } from './architecture.js'
import { CheckpointError } from './checkpoint-error.js'
import type { ConfigObject } from './config-object.js'
import { ConfigReader } from './config-reader.js'
import { describeFamily } from './describe-family.js'
import { familyOf, familyOfCode, languageModelOf, modelTypes } from './families/index.js'
import type { Family } from './family.js'
import { likeness, namedByClass } from './likeness.js'
import { otherDefaults } from './other-defaults.js'
import { refusedValues } from './refused-values.js'
import { type TextConfig, textConfig } from './text-config.js'
import { unreadParts } from './unread-parts.js'

/**
 * Builds the module tree of a Hugging Face `config.json`, like transformers does. For a multimodal config, it describes
 * only the language model, and `notes` says what is left out.
 *
 * @param config - the parsed content of a `config.json`
 * @throws CheckpointError `unsupported_architecture` for an unknown family, `missing_field` if there is no `model_type`,
 *   `invalid_field` if a field has a value that the family does not allow
 * @example
 * ```ts
 * const llama = architectureFromConfig({ model_type: 'llama', hidden_size: 2048, num_hidden_layers: 16 })
 * totalParameters(llama)
 * ```
 */
export function architectureFromConfig(config: unknown): Architecture {
  const own = object(config)
  return { ...describedConfig(new ConfigReader(own)), config: own }
}

function describedConfig(reader: ConfigReader): Architecture {
  const modelType = reader.optionalString('model_type')
  if (modelType !== undefined && familyOf(modelType)) return describeWhole(modelType, reader)
  const named = namedByClass(reader, partFamily)
  if (named)
    return withNote(named, unknown(modelType), `described as ${named.family}, since its class is ${named.className}.`)
  const text = textConfig(reader)
  if (text) return describeText(text, reader)
  const { alike, most } = likeness(reader, partFamily)
  if (alike) {
    const doubt = 'Biases and norms of which no field tells may differ; the safetensors headers give exact totals.'
    return withNote(alike, unknown(modelType), `described as ${alike.family}, which has the same fields. ${doubt}`)
  }
  throw unsupported(modelType, most)
}

/** The start of a note on a family that is not known. */
function unknown(modelType: string | undefined): string {
  return modelType === undefined ? 'The config has no model_type' : `Unknown model family ${quoted(modelType)}`
}

function withNote(architecture: Architecture, what: string, how: string): Architecture {
  return { ...architecture, notes: [`${what}: ${how}`, ...architecture.notes] }
}

/** A model of a known family. If a part of a multimodal model is of an unknown family, only its language model. */
function describeWhole(modelType: string, reader: ConfigReader): Architecture {
  try {
    const architecture = described(modelType, reader, classNameOf(reader))
    const notes = [...architecture.notes, ...unreadParts(reader), ...ownCode(modelType, reader, architecture)]
    return { ...architecture, notes }
  } catch (error) {
    const text = isUnsupported(error) ? textConfig(reader) : undefined
    if (text === undefined || text.config === reader || !familyOf(text.family)) throw error
    return describeText(text, reader)
  }
}

/** A note on a class of the checkpoint's own code, which the family does not have: its modules may be others. */
function ownCode(modelType: string, config: ConfigReader, { className, notes }: Architecture): string[] {
  const own = codeOf(config)?.split('.').at(-1)
  if (own === undefined || notes.some((note) => note.includes(own))) return []
  const spelling = (name: string): string => name.replaceAll('_', '').toLowerCase()
  const isOfFamily = spelling(described(modelType, config, own).className) === spelling(own)
  return isOfFamily
    ? []
    : [`The checkpoint has a class of its own, ${own}, whose modules may differ from those of ${className}.`]
}

/** The class of the checkpoint's own code, with the file and the repository that it is in. */
function codeOf(config: ConfigReader): string | undefined {
  const map = config.object('auto_map')
  const key = map.names().includes('AutoModel') ? 'AutoModel' : map.names().find((name) => name.startsWith('AutoModel'))
  return key === undefined ? undefined : String(map.raw(key))
}

function isUnsupported(error: unknown): boolean {
  return error instanceof CheckpointError && error.code === 'unsupported_architecture'
}

function classNameOf(config: ConfigReader): string | undefined {
  return config.strings('architectures')?.[0]
}

function describeText({ whole, family, config }: TextConfig, outer: ConfigReader): Architecture {
  // Where the fields stand side by side, `architectures` names the class of the whole.
  const className = config === outer ? undefined : classNameOf(config)
  const text = described(family, config, className)
  const note = `Only the language model (${family}) of ${whole} is described. Its encoders and projectors are left out, and parameter names are those of the language model alone.`
  return { ...text, notes: [note, ...text.notes] }
}

/** Builds the model of a family, with its forward pass. */
function described(modelType: string, config: ConfigReader, className: string | undefined): Architecture {
  const code = codeOf(config)
  const family = (code === undefined ? undefined : familyOfCode(code)) ?? familyOf(modelType)
  if (!family) throw unsupported(modelType)
  const model = describeFamily(family, config, className, partFamily)
  // A class of the authors' own has types of its own.
  const isOfAuthors = family !== familyOf(modelType)
  const refused = isOfAuthors
    ? []
    : [
        ...otherDefaults(config, modelType, model.dimensions, family),
        ...refusedValues(config, modelType, model.dimensions.vocabSize),
      ]
  return { family: modelType, ...model, notes: [...model.notes, ...refused.filter(isNew(model.notes))] }
}

/** Whether the field that a note begins with has no note yet. */
function isNew(notes: readonly string[]): (note: string) => boolean {
  return (note) => !notes.some((other) => other.startsWith(note.slice(0, note.indexOf(':'))))
}

/** The family of a part of a multimodal model. */
function partFamily(modelType: string): Family | undefined {
  return familyOf(modelType) ?? familyOf(languageModelOf(modelType) ?? '')
}

function object(config: unknown): ConfigObject {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as ConfigObject
  throw new CheckpointError('invalid_field', 'The config.json is not a JSON object')
}

/**
 * @param most - families whose configs are most like this one
 */
function unsupported(modelType: string | undefined, most: readonly string[] = []): CheckpointError {
  if (modelType === undefined) {
    return new CheckpointError('missing_field', 'The config has no model_type', {
      place: ['model_type'],
      help: 'Add the family, such as "model_type": "llama", or use the safetensors headers instead',
    })
  }
  const headers = 'For any family, totals and linear layers can be derived from the safetensors headers'
  const misspelt = nearNames(modelType, modelTypes()).slice(0, 3)
  const advice = [
    ...(misspelt.length > 0 ? [`Did you mean ${misspelt.join(', ')}?`] : []),
    ...(most.length > 0 ? [`Its config is most like those of ${most.join(', ')}.`] : []),
    headers,
  ]
  return new CheckpointError('unsupported_architecture', `Unknown model family ${quoted(modelType)}`, {
    place: ['model_type'],
    help: advice.join(' '),
  })
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)
}
