/** Runs the lint rules on one value. */

import { checkOptions, func, type OptionTable, unknownModel } from '../options/index.js'
import { isSchemaName, SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'
import { validate } from '../validation/index.js'
import type { LintDocument, MinimumGpusOfSpec } from './document.js'
import { nodesOf } from './document-nodes.js'
import type { Finding, Loc } from './finding.js'
import type { Match, Rule } from './rule.js'
import { RULES } from './rules.js'
import { locOf } from './schema-walk.js'

/** Options of {@link lint}. */
export interface LintOptions {
  /**
   * Returns how the number at a place is spelled in the source. JavaScript cannot distinguish `1.0` from `1`: without
   * this option, an integer written with a fraction or an exponent is not reported.
   */
  readonly written?: (loc: Loc) => string | undefined
  /**
   * Estimates the fewest GPUs. Pass `minimumGpus` of `model-entity/estimate`, which replays training steps and takes
   * between a few milliseconds and a second per model. Without it, `minimum-gpus-too-low` counts only weights, gradients
   * and optimizer states.
   */
  readonly minimumGpus?: MinimumGpusOfSpec
}

/** The options that `lint` accepts. */
export const LINT_OPTIONS: OptionTable<LintOptions> = { written: func(), minimumGpus: func() }

/**
 * Finds what is valid but almost certainly a mistake (`warning`), or rarely intended (`info`). A finding never makes a
 * value invalid.
 *
 * @param model - the name of a definition. For a nested one, such as `ModelSpec`, only its own rules run, and places are
 *   relative to it
 * @param value - the value as written, before validation. It is not changed. If it is invalid, only unknown fields are
 *   reported
 * @returns the findings, in the order of {@link RULES}, then in document order
 * @throws TypeError if `model` is not a definition, or an option is unknown or wrong
 *
 * @example
 * lint('CreateModelEntityRequest', { name: 'Llama', trust_remote_code: 'yes' })
 * // coerced-value at trust_remote_code, unreachable-name at name, trust-remote-code at trust_remote_code
 */
export function lint(model: SchemaName, value: unknown, options: LintOptions = {}): Finding[] {
  if (!isSchemaName(model)) throw unknownModel(model, SCHEMA_NAMES)
  checkOptions(options, LINT_OPTIONS)
  return [...lintValidated(model, value, validate(model, value, { loc: [], maxErrors: 0 }), options)]
}

/** {@link lint} for a value that is already validated. Yields each finding as it is found. */
export function* lintValidated(
  model: SchemaName,
  value: unknown,
  validated: { readonly ok: true; readonly value: unknown } | { readonly ok: false },
  options: LintOptions & Partial<Pick<LintDocument, 'seen'> & RuleChoice>,
): Generator<Finding> {
  const document: LintDocument = {
    model,
    written: value,
    value: validated.ok ? validated.value : undefined,
    nodes: validated.ok ? nodesOf(model, validated.value) : () => [],
    spelling: options.written ?? (() => undefined),
    seen: options.seen,
    minimumGpus: options.minimumGpus ?? (() => ({})),
  }
  const { rules: more = [], isOff, isAsked } = options
  for (const rules of [RULES, more]) {
    for (const [index, rule] of rules.entries()) {
      if (rules === RULES && isAsked?.(index) === false) continue
      if ((!validated.ok && !rule.runsOnInvalid) || isOff?.(rule.code)) continue
      for (const hit of rule.check(document)) yield findingOf(rule, hit)
    }
  }
}

/** Which rules run. */
interface RuleChoice {
  /** Rules beside {@link RULES}. */
  readonly rules: readonly Rule[]
  readonly isOff: (code: string) => boolean
  /** Whether one of {@link RULES}, by its index, may find something. Default: all of them may. */
  readonly isAsked?: ((rule: number) => boolean) | undefined
}

function findingOf({ code, severity }: Rule, { node, loc, at, message, help, correction }: Match): Finding {
  const place = { loc: [...locOf(node?.step ?? null), ...loc], at: at ?? 'value' } as const
  return { code, severity, ...place, message, help, ...(correction !== undefined && { correction }) }
}
