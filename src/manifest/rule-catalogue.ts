/** Every rule of a check: those of lint, of the text of a manifest, across files, and those that a config sets. */

import { RULES } from '../lint/index.js'
import { nearest } from '../options/index.js'
import { ERROR_TYPES } from '../validation/index.js'
import type { DiagnosticSeverity } from './diagnostic.js'

/** What a list of rules says about one of them. */
export interface RuleInfo {
  readonly code: string
  readonly severity: DiagnosticSeverity
  /** What the rule reports, in one sentence. */
  readonly description: string
}

/** The rules about comments that silence other rules. A comment cannot silence these. */
export const SUPPRESSION_RULES = {
  withoutReason: {
    code: 'suppression-without-reason',
    severity: 'warning',
    description: 'A comment silences a rule and does not say why.',
  },
  unused: {
    code: 'unused-suppression',
    severity: 'warning',
    description: 'A comment silences nothing.',
  },
} as const satisfies Readonly<Record<string, RuleInfo>>

/** The rules that need the text of a manifest, not only its values. */
export const MANIFEST_RULES: readonly RuleInfo[] = [
  {
    code: 'yaml-1.1-type',
    severity: 'warning',
    description: 'YAML 1.1, which the platform’s own command reads, gives a plain scalar another meaning.',
  },
  SUPPRESSION_RULES.withoutReason,
  SUPPRESSION_RULES.unused,
]

/** The rules across files. All but the first run only where all entities are known (`complete`). */
export const ACROSS_RULES: readonly RuleInfo[] = [
  { code: 'duplicate-entity', severity: 'error', description: 'Two entities of one workspace have the same name.' },
  {
    code: 'dangling-base-model',
    severity: 'warning',
    description: '`base_model` names an entity that does not exist.',
  },
  {
    code: 'dangling-adapter-model',
    severity: 'warning',
    description: 'The `model` of an adapter names an entity that does not exist.',
  },
  {
    code: 'dangling-provider',
    severity: 'warning',
    description: 'An item of `model_providers` names an entity that does not exist.',
  },
  {
    code: 'base-model-cycle',
    severity: 'error',
    description: 'Entities name each other as their base models, in a circle.',
  },
]

/** The rules that are off unless a config sets them, with their options. */
export const CONFIGURED_RULES: readonly RuleInfo[] = [
  { code: 'required-field', severity: 'warning', description: 'A field that the config requires is not set.' },
  { code: 'limit', severity: 'warning', description: 'A number is outside the limits of the config.' },
  {
    code: 'name-convention',
    severity: 'warning',
    description: 'A name does not follow the convention of the config.',
  },
  {
    code: 'allowed-families',
    severity: 'warning',
    description: 'A model is of a family that the config does not allow.',
  },
  {
    code: 'allowed-hosts',
    severity: 'warning',
    description: 'An endpoint is on a host that the config does not allow.',
  },
]

/** All rules. A config may set each of them. */
export const ALL_RULES: readonly RuleInfo[] = [...RULES, ...MANIFEST_RULES, ...ACROSS_RULES, ...CONFIGURED_RULES]

const BY_CODE: ReadonlyMap<string, RuleInfo> = new Map(ALL_RULES.map((rule) => [rule.code, rule]))

/** Whether a code is of a rule: a config may set it, and a comment may silence it. */
export function isRuleCode(code: string): boolean {
  return BY_CODE.has(code)
}

/** What to say about a code that is not of a rule. */
export function unknownRule(code: string): { readonly message: string; readonly help: string } {
  if (Object.hasOwn(ERROR_TYPES, code)) {
    const help = 'correct the file: the service refuses it'
    return { message: `"${code}" is an error of the service, not a rule: it cannot be turned off`, help }
  }
  const near = nearest(code, [...BY_CODE.keys()])
  const help = near === undefined ? 'the rules are listed in docs/lint-rules.md' : `did you mean "${near}"?`
  return { message: `There is no rule "${code.slice(0, 60)}"`, help }
}
