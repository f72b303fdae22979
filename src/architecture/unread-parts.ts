import { isObject } from './config-object.js'
import type { ConfigReader } from './config-reader.js'

/**
 * Finds parts of a model that its config states and its family does not read, such as the image encoder of Qwen-VL in the config of a
 * Qwen. Their weights are not counted.
 *
 * @param config - the whole config, after the family has read it
 * @returns one sentence per part
 */
export function unreadParts(config: ConfigReader): string[] {
  return config
    .names()
    .filter((name) => !config.asked().has(name) && isModelConfig(config.raw(name)))
    .map((name) => `The config has a part that this family does not describe, ${name}: its parameters are not counted.`)
}

/** Whether a field holds the sizes of a model: a width and a depth. */
function isModelConfig(value: unknown): boolean {
  return isObject(value) && [WIDTHS, DEPTHS].every((names) => names.some((name) => Number.isInteger(value[name])))
}

const WIDTHS = ['hidden_size', 'width', 'd_model', 'embed_dim', 'n_embd', 'dim', 'hidden_dim', 'embed_dims']

const DEPTHS = ['num_hidden_layers', 'layers', 'depth', 'num_layers', 'n_layer', 'n_layers', 'encoder_layers']
