import type { ConfigReader } from './config-reader.js'

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
  const family = stated === undefined ? LANGUAGE_MODELS.get(whole) : (LANGUAGE_MODELS.get(stated) ?? stated)
  return family === undefined ? undefined : { whole: whole === '' ? 'a multimodal model' : whole, family, config: text }
}

/** The fields under which multimodal configs keep that of their language model. */
const FIELDS = ['text_config', 'language_config', 'llm_config']

/** The family of the language model where the config does not say it, or gives it a name of its own. */
const LANGUAGE_MODELS: ReadonlyMap<string, string> = new Map([
  ['gemma3', 'gemma3_text'],
  ['gemma4', 'gemma4_text'],
  ['idefics3', 'llama'],
  ['internvl', 'qwen2'],
  ['llama4', 'llama4_text'],
  ['llava', 'llama'],
  ['llava_next', 'llama'],
  ['mistral3', 'mistral'],
  ['paligemma', 'gemma'],
  ['qwen2_5_vl', 'qwen2'],
  ['qwen2_5_vl_text', 'qwen2'],
  ['qwen2_audio', 'qwen2'],
  ['qwen2_vl', 'qwen2'],
  ['qwen2_vl_text', 'qwen2'],
  ['qwen3_5', 'qwen3_5_text'],
  ['qwen3_5_moe', 'qwen3_5_moe_text'],
  ['qwen3_vl', 'qwen3'],
  ['qwen3_vl_text', 'qwen3'],
  ['smolvlm', 'llama'],
  ['voxtral', 'llama'],
])
