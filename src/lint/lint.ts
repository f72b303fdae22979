/** Runs the rules over one value. */

import { checkOptions, func, type OptionTable, unknownModel } from '../options/index.js'
import { isSchemaName, SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'
import { validate } from '../validation/index.js'
import type { LintDocument, MinimumGpusOfSpec } from './document.js'
import type { Finding, Loc } from './finding.js'
import { partsOf } from './parts.js'
import type { Hit, Rule } from './rule.js'
import { RULES } from './rules.js'
import { locOf } from './schema-walk.js'

/** How to read the value. */
export interface LintOptions {
  /**
   * How the number at a place was spelled in the source. JavaScript cannot tell `1.0` from `1`; without this, an
   * integer written with a fraction or an exponent is not told.
   */
  readonly written?: (loc: Loc) => string | undefined
  /**
   * Estimates the fewest GPUs: `minimumGpus` of `model-entity/estimate`, which replays training steps and takes some
   * milliseconds to a second a model. Without it `minimum-gpus-too-low` only counts what weights, gradients and optimizer
   * states take.
   */
  readonly minimumGpus?: MinimumGpusOfSpec
}

/** What the options of `lint` may be. */
export const LINT_OPTIONS: OptionTable<LintOptions> = { written: func(), minimumGpus: func() }

/**
 * Tells what is valid and cannot be meant (`warning`) or rarely is (`info`). A finding never changes a verdict.
 *
 * @param model - the name of a definition; rules that concern a part run on that part alone, places are relative to it
 * @param value - the value as it was written, before validation; the input is not changed. Of a value that the
 *   validator refuses only the unknown fields are told
 * @returns findings in the order of {@link RULES}, then of the document
 * @throws TypeError when `model` is no definition, and for an unknown or wrong option
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

/** {@link lint} of a value that has been validated already: hands out each finding as it is found. */
export function* lintValidated(
  model: SchemaName,
  value: unknown,
  validated: { readonly ok: true; readonly value: unknown } | { readonly ok: false },
  options: LintOptions & Partial<Pick<LintDocument, 'seen'>>,
): Generator<Finding> {
  const document: LintDocument = {
    model,
    written: value,
    value: validated.ok ? validated.value : undefined,
    parts: validated.ok ? partsOf(model, validated.value) : () => [],
    spelling: options.written ?? (() => undefined),
    seen: options.seen,
    minimumGpus: options.minimumGpus ?? (() => ({})),
  }
  const rules = validated.ok ? RULES : RULES.filter(({ runsOnInvalid }) => runsOnInvalid)
  for (const rule of rules) for (const hit of rule.check(document)) yield findingOf(rule, hit)
}

function findingOf({ code, severity }: Rule, { part, loc, at, message, help }: Hit): Finding {
  return { code, severity, loc: [...locOf(part?.step ?? null), ...loc], at: at ?? 'value', message, help }
}
