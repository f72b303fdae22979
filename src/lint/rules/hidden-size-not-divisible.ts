import type { Rule } from '../rule.js'

/** Most models split the hidden size evenly among their heads. A few set the head size separately. */
export const hiddenSizeNotDivisible: Rule = {
  code: 'hidden-size-not-divisible',
  severity: 'info',
  description: 'The hidden size is not a multiple of the number of attention heads.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const { num_attention_heads: heads, hidden_size: hiddenSize } = part.value
      if (heads <= 0 || hiddenSize <= 0 || hiddenSize % heads === 0) continue
      yield {
        part,
        loc: ['num_attention_heads'],
        message: `the hidden size ${hiddenSize} cannot be split evenly among ${heads} attention heads`,
        help: 'correct one of the two numbers, unless the model sets its head size separately',
      }
    }
  },
}
