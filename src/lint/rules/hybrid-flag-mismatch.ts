import type { Rule } from '../rule.js'

/** A hybrid model has both Mamba and attention layers. */
export const hybridFlagMismatch: Rule = {
  code: 'hybrid-flag-mismatch',
  severity: 'warning',
  description: '`is_hybrid` does not match the numbers of Mamba and attention layers.',
  *check({ parts }) {
    for (const part of parts('MambaConfig')) {
      const {
        is_hybrid: isHybrid,
        num_mamba_layers: mambaLayers,
        num_attention_layers: attentionLayers = 0,
      } = part.value
      const mixesBoth = mambaLayers > 0 && attentionLayers > 0
      if (isHybrid ? attentionLayers > 0 : !mixesBoth) continue
      yield {
        part,
        loc: ['is_hybrid'],
        message: `"is_hybrid" is ${isHybrid}, with ${mambaLayers} Mamba and ${attentionLayers} attention layers`,
        help: isHybrid ? 'set "num_attention_layers", or set "is_hybrid" to false' : 'set "is_hybrid" to true',
      }
    }
  },
}
