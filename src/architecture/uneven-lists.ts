import { CheckpointError } from './checkpoint-error.js'
import type { ConfigReader } from './config-reader.js'
import type { FamilyFacts } from './family.js'

/**
 * Checks the lists of a config that have an entry for each layer, or a certain number. transformers refuses a list that is too
 * short, or fails with it; some families accept one that is too long, such as that of a model that was cut.
 *
 * @param layers - the number of layers of the model
 * @returns one sentence for each list that is too long, or that has not the number of entries that its class unpacks
 * @throws CheckpointError `invalid_field` for a list with too few entries for the layers
 */
export function unevenLists(config: ConfigReader, layers: number, { longerLists = [] }: FamilyFacts): string[] {
  return [...unevenForLayers(config, layers, longerLists), ...unevenPairs(config)]
}

function unevenForLayers(config: ConfigReader, layers: number, longerLists: readonly string[]): string[] {
  return LISTS.flatMap((name) => {
    const list = config.raw(name)
    if (!Array.isArray(list) || list.length === layers || (list.length === 0 && MAY_BE_EMPTY.has(name))) return []
    const place = [...config.place, name]
    const found = `${place.join('.')} has ${list.length} entries for ${layers} layers`
    if (list.length < layers) throw new CheckpointError('invalid_field', `${found}; expected one for each`, { place })
    const further = config.raw('num_nextn_predict_layers') === list.length - layers
    return further || longerLists.includes(name) ? [] : [`${found}: only the first ${layers} count.`]
  })
}

/** The fields that have an entry for each layer, in some families or in all. */
const LISTS: readonly string[] = [
  ...['layer_types', 'mlp_layer_types', 'layers_block_type', 'attention_layers', 'hybrid_layer_pattern'],
  ...['no_rope_layers', 'num_attention_heads_per_layer', 'compress_ratios', 'moe_layer_freq', 'indexer_types'],
  // A single number in most families.
  ...['num_experts', 'moe_topk', 'num_shared_expert', 'intermediate_size'],
]

/** An empty list of Llama 4 stands for its rule. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['no_rope_layers'])

/** Lists whose length does not depend on the layers. */
function unevenPairs(config: ConfigReader): string[] {
  return Object.entries(ENTRIES).flatMap(([name, [least, most]]) => {
    const list = config.raw(name)
    if (!Array.isArray(list) || (list.length >= least && list.length <= most)) return []
    const expected = least === most ? `${least}` : `at least ${least}`
    return [
      `${[...config.place, name].join('.')} has ${list.length} entries: transformers expects ${expected}, and fails.`,
    ]
  })
}

/** How many entries the classes of transformers unpack, at least and at most. */
const ENTRIES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  time_step_limit: [2, 2],
  mlp_multipliers: [2, 2],
  ssm_multipliers: [5, Number.POSITIVE_INFINITY],
  // A single number in most families.
  moe_intermediate_size: [2, Number.POSITIVE_INFINITY],
  block_types: [1, Number.POSITIVE_INFINITY],
}
