import { isObject } from '../../architecture/config-object.js'
import type { Architecture, ConfigObject } from '../../architecture/index.js'
import type { Engine } from './options.js'

/**
 * Bytes of the tables of cosines and sines, which vLLM and SGLang make for every position of the model, not only for those that are served:
 * 32 MiB for Llama 3.1, as its start-up logs have them beside the weights. They are whole on every GPU.
 *
 * `RotaryEmbedding` in vllm/model_executor/layers/rotary_embedding/base.py (0.12 and 0.33) keeps them in the type of the model, SGLang's
 * (srt/layers/rotary_embedding) in float32. Linear scaling makes them for the scaled positions (linear_scaling_rope.py), as do YaRN and dynamic
 * scaling where the config states the positions before it. Positions in three dimensions (`mrope_section`) get four times as many (mrope.py).
 */
export function rotationTableBytes(model: Architecture, engine: Engine): number {
  if (engine !== 'vllm' && engine !== 'sglang') return 0
  const positions = model.dimensions.contextTokens ?? 0
  const scaled = positions * positionFactor(model)
  const rows = (model.forward?.rotation?.tables ?? 'one') === 'one' ? scaled : scaled + positions
  return rows * rotatedFeatures(model) * (engine === 'sglang' ? 4 : 2)
}

/** The features of a head that are rotated: as the forward pass says, or as the config does where there is none. */
function rotatedFeatures({ forward, config, dimensions }: Architecture): number {
  const { heads, hiddenSize, headDim = hiddenSize / Math.max(heads, 1) } = dimensions
  if (forward) return forward.rotation?.features === 'all' ? headDim : (forward.rotation?.features ?? 0)
  const text = objectIn(config, 'text_config') ?? config
  const parameters = objectIn(text, 'rope_parameters')
  if (!parameters && text?.['rope_theta'] === undefined) return 0
  const share = parameters?.['partial_rotary_factor'] ?? text?.['partial_rotary_factor']
  return typeof share === 'number' && share > 0 && share <= 1 ? Math.floor(headDim * share) : headDim
}

/** How many times the positions of the config the tables have. */
function positionFactor({ config, dimensions }: Architecture): number {
  const text = objectIn(config, 'text_config') ?? config
  const scaling = objectIn(text, 'rope_scaling') ?? objectIn(text, 'rope_parameters')
  const own = objectIn(scaling, 'full_attention') ?? scaling
  if (Array.isArray(own?.['mrope_section'])) return 4
  const [kind, factor] = [own?.['rope_type'] ?? own?.['type'], own?.['factor']]
  if (typeof factor !== 'number' || factor < 1 || factor > 1024) return 1
  if (kind === 'linear' || kind === 'dynamic') return factor
  const before = own?.['original_max_position_embeddings']
  return kind === 'yarn' && (before === undefined || before === dimensions.contextTokens) ? factor : 1
}

function objectIn(object: ConfigObject | undefined, name: string): ConfigObject | undefined {
  const value = object?.[name]
  return isObject(value) ? value : undefined
}
