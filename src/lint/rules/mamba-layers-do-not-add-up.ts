import type { Rule } from '../rule.js'

/** Each layer of a hybrid is of one of the three kinds. Other models may set only some of the counts. */
export const mambaLayersDoNotAddUp: Rule = {
  code: 'mamba-layers-do-not-add-up',
  severity: 'warning',
  description: 'Mamba, attention and MLP layers add up to more than `num_layers` or, in a hybrid, to fewer.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const { num_layers: layers, mamba_config: mamba } = node.value
      if (!mamba) continue
      const { num_mamba_layers, num_attention_layers = 0, num_mlp_layers = 0 } = mamba
      const sum = num_mamba_layers + num_attention_layers + num_mlp_layers
      if (sum === layers || (sum < layers && !mamba.is_hybrid)) continue
      yield {
        node,
        loc: ['mamba_config', 'num_mamba_layers'],
        message: `${num_mamba_layers} Mamba + ${num_attention_layers} attention + ${num_mlp_layers} MLP layers = ${sum}, but "num_layers" is ${layers}`,
        help: mamba.is_hybrid
          ? 'make the three counts add up to "num_layers"'
          : 'the three counts together must not exceed "num_layers"',
      }
    }
  },
}
