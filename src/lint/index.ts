export type { Finding, Loc, Severity } from './finding.js'
export { type LintOptions, lint } from './lint.js'
export type { Hit, Rule } from './rule.js'
export { RULES } from './rules.js'
