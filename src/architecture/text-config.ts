import type { ConfigReader } from './config-reader.js'
import { languageModelOf } from './families/index.js'

/** The language model inside a multimodal config. */
export interface TextConfig {
  /** The `model_type` of the whole model: `gemma3`. */
  readonly whole: string
  /** The family of the language model: `gemma3_text`. */
  readonly family: string
  readonly config: ConfigReader
}

/**
 * Finds the language model's config in a multimodal config: the object under `text_config` or a similar name, or the config
 * itself if it mixes the fields of the language model with those of the encoders. Returns `undefined` for a text-only
 * config.
 */
export function textConfig(config: ConfigReader): TextConfig | undefined {
  const whole = config.string('model_type', '')
  const field = FIELDS.find((name) => config.has(name))
  const text = field === undefined ? config : config.object(field)
  const stated = field === undefined ? undefined : text.optionalString('model_type')
  const family = stated === undefined ? languageModelOf(whole) : (languageModelOf(stated) ?? stated)
  return family === undefined ? undefined : { whole: whole === '' ? 'a multimodal model' : whole, family, config: text }
}

/** The field names that multimodal configs use for the config of their language model. */
const FIELDS = ['text_config', 'language_config', 'llm_config']
