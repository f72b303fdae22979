import type { Rule } from '../rule.js'

/** Expert layers are a subset of the layers. */
export const expertLayersExceedLayers: Rule = {
  code: 'expert-layers-exceed-layers',
  severity: 'warning',
  description: 'The model has more expert layers than layers.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const { num_layers: layers, moe_config: moe } = node.value
      if (!moe || moe.num_expert_layers <= layers) continue
      yield {
        node,
        loc: ['moe_config', 'num_expert_layers'],
        message: `${moe.num_expert_layers} expert layers, but only ${layers} layers`,
        help: '"num_expert_layers" must not exceed "num_layers"',
      }
    }
  },
}
