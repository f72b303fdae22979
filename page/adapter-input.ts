import {
  adapterFromPeft,
  type ConfigObject,
  type PeftAdapter,
  type SafetensorsHeader,
} from '../src/checkpoint/index.js'

/** A PEFT adapter, with what its config says beside the entity. */
export interface AdapterInput {
  readonly peft: PeftAdapter
  /** The modules that it adapts, as the config names them. */
  readonly targets: string | undefined
}

/** The identity until the user gives another. */
export const ADAPTER_WORKSPACE = 'default'

/**
 * Reads the config of an adapter, and the headers of its weights if they are there.
 *
 * @throws CheckpointError for a config without a known kind
 */
export function adapterInput(config: ConfigObject, headers: readonly SafetensorsHeader[]): AdapterInput {
  const tensors = headers.length > 0 ? new Map(headers.flatMap((header) => [...header.tensors])) : undefined
  const identity = { name: 'adapter', workspace: ADAPTER_WORKSPACE, fileset: `${ADAPTER_WORKSPACE}/adapter` }
  const targets = config['target_modules']
  return {
    peft: adapterFromPeft(config, identity, tensors),
    targets: Array.isArray(targets)
      ? targets.map(String).join(', ')
      : typeof targets === 'string'
        ? targets
        : undefined,
  }
}

/** Whether headers are of an adapter's weights. */
export function isOfAdapter(headers: readonly SafetensorsHeader[]): boolean {
  return headers.some(({ tensors }) => [...tensors.keys()].some((name) => OF_ADAPTERS.test(name)))
}

/** The names of PEFT's and mlx-lm's tensors. */
const OF_ADAPTERS = /(?:^|\.)(?:lora_(?:embedding_)?[abAB]|lora_magnitude_vector|prompt_embeddings)(?:\.|$)/
