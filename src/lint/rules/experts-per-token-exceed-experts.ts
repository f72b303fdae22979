import type { Rule } from '../rule.js'

/** A router cannot choose more experts than exist. The two numbers are often swapped. */
export const expertsPerTokenExceedExperts: Rule = {
  code: 'experts-per-token-exceed-experts',
  severity: 'warning',
  description: 'The model activates more experts per token than it has.',
  *check({ nodes }) {
    for (const node of nodes('MoEConfig')) {
      const { num_experts: experts, num_experts_per_tok: perToken } = node.value
      if (perToken <= experts) continue
      yield {
        node,
        loc: ['num_experts_per_tok'],
        message: `${perToken} experts per token, but only ${experts} experts`,
        help: '"num_experts_per_tok" must not exceed "num_experts"; check that the two are not swapped',
      }
    }
  },
}
