import type { Rule } from '../rule.js'

/** In grouped-query attention each key-value head serves the same number of attention heads. */
export const headsNotDivisible: Rule = {
  code: 'heads-not-divisible',
  severity: 'warning',
  description: 'The key-value heads do not divide the attention heads.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const { num_attention_heads: heads, num_kv_heads: kvHeads } = part.value
      if (heads <= 0 || kvHeads <= 0 || heads % kvHeads === 0) continue
      yield {
        part,
        loc: ['num_kv_heads'],
        message: `${kvHeads} key-value heads do not divide ${heads} attention heads`,
        help: 'each key-value head serves the same number of attention heads: write a divisor of "num_attention_heads"',
      }
    }
  },
}
