import type { Rule } from '../rule.js'

/** A router cannot choose more experts than there are; often the two are swapped. */
export const expertsPerTokenExceedExperts: Rule = {
  code: 'experts-per-token-exceed-experts',
  severity: 'warning',
  description: 'More experts are activated per token than there are.',
  *check({ parts }) {
    for (const part of parts('MoEConfig')) {
      const { num_experts: experts, num_experts_per_tok: perToken } = part.value
      if (perToken <= experts) continue
      yield {
        part,
        loc: ['num_experts_per_tok'],
        message: `${perToken} experts per token, but only ${experts} experts`,
        help: 'write at most "num_experts"',
      }
    }
  },
}
