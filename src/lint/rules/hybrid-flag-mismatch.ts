import type { Rule } from '../rule.js'

/** A hybrid is what has both Mamba and attention layers. */
export const hybridFlagMismatch: Rule = {
  code: 'hybrid-flag-mismatch',
  severity: 'warning',
  description: 'A hybrid without attention layers, or no hybrid with both Mamba and attention layers.',
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
        help: isHybrid ? 'write the "num_attention_layers" of the hybrid, or false' : 'write true',
      }
    }
  },
}
