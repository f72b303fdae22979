import type { Rule } from '../rule.js'

/** Expert layers are a subset of the layers. */
export const expertLayersExceedLayers: Rule = {
  code: 'expert-layers-exceed-layers',
  severity: 'warning',
  description: 'The model has more expert layers than layers.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const { num_layers: layers, moe_config: moe } = part.value
      if (!moe || moe.num_expert_layers <= layers) continue
      yield {
        part,
        loc: ['moe_config', 'num_expert_layers'],
        message: `${moe.num_expert_layers} expert layers, but only ${layers} layers`,
        help: '"num_expert_layers" must not exceed "num_layers"',
      }
    }
  },
}
