import type { Rule } from '../rule.js'

/** Most models split the hidden size evenly among their heads; a few set the size of a head apart. */
export const hiddenSizeNotDivisible: Rule = {
  code: 'hidden-size-not-divisible',
  severity: 'info',
  description: 'The attention heads do not divide the hidden size.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const { num_attention_heads: heads, hidden_size: hiddenSize } = part.value
      if (heads <= 0 || hiddenSize <= 0 || hiddenSize % heads === 0) continue
      yield {
        part,
        loc: ['num_attention_heads'],
        message: `${heads} attention heads do not divide the hidden size of ${hiddenSize}`,
        help: 'right only for a model whose head size is set apart from its hidden size; else correct one of the two',
      }
    }
  },
}
