import type { Rule } from '../rule.js'

/** Most models split the hidden size evenly among their heads. A few set the head size separately. */
export const hiddenSizeNotDivisible: Rule = {
  code: 'hidden-size-not-divisible',
  severity: 'info',
  description: 'The hidden size is not a multiple of the number of attention heads.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const { num_attention_heads: heads, hidden_size: hiddenSize } = node.value
      if (heads <= 0 || hiddenSize <= 0 || hiddenSize % heads === 0) continue
      yield {
        node,
        loc: ['num_attention_heads'],
        message: `the hidden size ${hiddenSize} cannot be split evenly among ${heads} attention heads`,
        help: 'correct one of the two numbers, unless the model sets its head size separately',
      }
    }
  },
}
