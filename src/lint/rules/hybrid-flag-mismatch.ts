import type { Rule } from '../rule.js'

/** A hybrid model has both Mamba and attention layers. */
export const hybridFlagMismatch: Rule = {
  code: 'hybrid-flag-mismatch',
  severity: 'warning',
  description: '`is_hybrid` does not match the numbers of Mamba and attention layers.',
  *check({ nodes }) {
    for (const node of nodes('MambaConfig')) {
      const {
        is_hybrid: isHybrid,
        num_mamba_layers: mambaLayers,
        num_attention_layers: attentionLayers = 0,
      } = node.value
      const mixesBoth = mambaLayers > 0 && attentionLayers > 0
      if (isHybrid ? attentionLayers > 0 : !mixesBoth) continue
      yield {
        node,
        loc: ['is_hybrid'],
        message: `"is_hybrid" is ${isHybrid}, with ${mambaLayers} Mamba and ${attentionLayers} attention layers`,
        help: isHybrid ? 'set "num_attention_layers", or set "is_hybrid" to false' : 'set "is_hybrid" to true',
      }
    }
  },
}
