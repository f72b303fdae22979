import { CheckpointError } from './checkpoint-error.js'
import type { ConfigReader } from './config-reader.js'

/**
 * Checks the lists of a config that have an entry for each layer. transformers refuses a list that is too short, or fails with
 * it; some families accept one that is too long, such as that of a model that was cut.
 *
 * @param layers - the number of layers of the model
 * @returns one sentence for each list that is too long
 * @throws CheckpointError `invalid_field` for a list that is too short
 */
export function unevenLists(config: ConfigReader, layers: number): string[] {
  return LISTS.flatMap((name) => {
    const list = config.raw(name)
    if (!Array.isArray(list) || list.length === layers || (list.length === 0 && MAY_BE_EMPTY.has(name))) return []
    const place = [...config.place, name]
    const found = `${place.join('.')} has ${list.length} entries for ${layers} layers`
    if (list.length < layers) throw new CheckpointError('invalid_field', `${found}; expected one for each`, { place })
    const further = config.raw('num_nextn_predict_layers') === list.length - layers
    return further || MAY_BE_LONGER.has(name) ? [] : [`${found}: only the first ${layers} count.`]
  })
}

/** The fields that have an entry for each layer, in some families or in all. */
const LISTS: readonly string[] = [
  ...['layer_types', 'mlp_layer_types', 'layers_block_type', 'attention_layers', 'hybrid_layer_pattern'],
  ...['no_rope_layers', 'num_attention_heads_per_layer', 'compress_ratios', 'moe_layer_freq'],
  // A single number in most families.
  ...['num_experts', 'moe_topk', 'num_shared_expert', 'intermediate_size'],
]

/** An empty list of Llama 4 stands for its rule. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['no_rope_layers'])

/** That of DeepSeek-V4 goes on with the layers that predict further tokens; SmolLM3 saves its default list whole. */
const MAY_BE_LONGER: ReadonlySet<string> = new Set(['compress_ratios', 'no_rope_layers'])
