import type { Rule } from '../rule.js'

/** In grouped-query attention, each key-value head serves the same number of attention heads. */
export const headsNotDivisible: Rule = {
  code: 'heads-not-divisible',
  severity: 'warning',
  description: 'The number of attention heads is not a multiple of the number of key-value heads.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const { num_attention_heads: heads, num_kv_heads: kvHeads } = node.value
      if (heads <= 0 || kvHeads <= 0 || heads % kvHeads === 0) continue
      yield {
        node,
        loc: ['num_kv_heads'],
        message: `${heads} attention heads cannot be split evenly among ${kvHeads} key-value heads`,
        help: 'each key-value head serves the same number of attention heads: use a divisor of "num_attention_heads"',
      }
    }
  },
}
