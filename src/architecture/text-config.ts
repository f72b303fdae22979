import type { ConfigReader } from './config-reader.js'
import { languageModelOf } from './families/index.js'

/** The language model inside a multimodal config. */
export interface TextConfig {
  /** The `model_type` of the whole: `gemma3`. */
  readonly whole: string
  /** The family of the language model: `gemma3_text`. */
  readonly family: string
  readonly config: ConfigReader
}

/**
 * The config of the language model of a multimodal model: what stands under `text_config` or the like, or the config
 * itself where the family keeps the fields of its language model beside those of its encoders. `undefined` for a config
 * of text alone.
 */
export function textConfig(config: ConfigReader): TextConfig | undefined {
  const whole = config.string('model_type', '')
  const field = FIELDS.find((name) => config.has(name))
  const text = field === undefined ? config : config.object(field)
  const stated = field === undefined ? undefined : text.optionalString('model_type')
  const family = stated === undefined ? languageModelOf(whole) : (languageModelOf(stated) ?? stated)
  return family === undefined ? undefined : { whole: whole === '' ? 'a multimodal model' : whole, family, config: text }
}

/** The fields under which multimodal configs keep that of their language model. */
const FIELDS = ['text_config', 'language_config', 'llm_config']
