/** Checks the rules of a config: each by its own definition. */

import { isRecord } from '../lint/schema-walk.js'
import { isRuleCode, unknownRule } from '../manifest/rule-catalogue.js'
import { nearest } from '../options/index.js'
import { type Model, validate } from '../validation/index.js'
import type { TellFault } from './config-fault.js'
import { fieldPaths, hasField, plainPath } from './field-paths.js'
import { modelsOf, tellPath } from './named-fields.js'
import { hostFault } from './rules/allowed-hosts.js'
import { Bound, RULE_OPTIONS, type RuleSeverity, SEVERITIES, Severity } from './settings.js'

/** What a config says about one rule. */
export interface RuleSetting {
  readonly severity?: RuleSeverity
  /** The options of a rule that has some. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** The rules that a config sets, by their codes. */
export type RuleSettings = ReadonlyMap<string, RuleSetting>

interface Where {
  readonly loc: readonly (string | number)[]
  /** For an override: the rules that it overrides. */
  readonly base?: RuleSettings
  readonly model: unknown
}

/** Checks a mapping of rules. A rule that is wrong is left out. */
export function checkRules(value: unknown, where: Where, tell: TellFault): RuleSettings {
  const rules = new Map<string, RuleSetting>()
  if (!isRecord(value)) return rules
  for (const [code, written] of Object.entries(value)) {
    const place: Where = { ...where, loc: [...where.loc, code] }
    if (!isRuleCode(code)) tell({ loc: place.loc, at: 'key', ...unknownRule(code) })
    else {
      const setting = settingOf(code, written, place, tell)
      if (setting !== undefined) rules.set(code, setting)
    }
  }
  return rules
}

/** The rules that mean nothing without options. */
const NEEDS_OPTIONS: ReadonlySet<string> = new Set([...Object.keys(RULE_OPTIONS), 'limit'])

function settingOf(code: string, written: unknown, where: Where, tell: TellFault): RuleSetting | undefined {
  let isRight = true
  const told: TellFault = (fault) => {
    isRight = false
    tell(fault)
  }
  const { loc, base } = where
  if (!isRecord(written)) {
    tellErrors(Severity, written, loc, told, () => severityHelp(written))
    const needsOptions = NEEDS_OPTIONS.has(code) && written !== 'off' && base?.get(code)?.options === undefined
    if (isRight && needsOptions) {
      told({
        loc,
        at: 'value',
        message: `"${code}" needs options`,
        help: `write { severity: ${written}, ${EXAMPLE[code]} }`,
      })
    }
    return isRight ? { severity: severityOf(written) } : undefined
  }
  const { severity, ...options } = written
  if (severity !== undefined) {
    tellErrors(Severity, severity, [...loc, 'severity'], told, () => severityHelp(severity))
  }
  OPTION_CHECKS[code in OPTION_CHECKS ? code : 'none']?.(options, where, told)
  if (!isRight) return undefined
  return {
    ...(severity !== undefined && { severity: severityOf(severity) }),
    ...(NEEDS_OPTIONS.has(code) && { options: code === 'limit' ? { limits: options } : options }),
  }
}

function severityOf(value: unknown): RuleSeverity {
  return SEVERITIES.find((one) => one === value) ?? 'off'
}

const EXAMPLE: Readonly<Record<string, string>> = {
  'required-field': 'fields: [description]',
  limit: 'spec.context_size: { min: 8192 }',
  'name-convention': 'pattern: "^[a-z0-9-]+$"',
  'allowed-families': 'families: [llama]',
  'allowed-hosts': 'hosts: ["*.example.com"]',
}

type OptionCheck = (options: Readonly<Record<string, unknown>>, where: Where, tell: TellFault) => void

/** What each rule requires of its options. */
const OPTION_CHECKS: Readonly<Record<string, OptionCheck>> = {
  'required-field': (options, where, tell) => {
    checkDefined('required-field', options, where, tell)
    for (const [index, field] of itemsOf(options['fields'])) {
      const isKnown = modelsOf(where.model).some((model) => hasField(model, plainPath(field)))
      if (!isKnown) tellPath(field, [...where.loc, 'fields', index], 'value', where.model, tell)
    }
  },
  limit: checkLimits,
  'name-convention': (options, where, tell) => {
    checkDefined('name-convention', options, where, tell)
    const { pattern } = options
    if (typeof pattern !== 'string') return
    try {
      new RegExp(pattern, 'u')
    } catch (error) {
      const [why = ''] = /[^:]*$/.exec(error instanceof Error ? error.message : '') ?? []
      const message = `The pattern is not a regular expression:${why}`
      tell({ loc: [...where.loc, 'pattern'], at: 'value', message, help: 'write a pattern such as "^[a-z0-9-]+$"' })
    }
  },
  'allowed-families': (options, where, tell) => checkDefined('allowed-families', options, where, tell),
  'allowed-hosts': (options, where, tell) => {
    checkDefined('allowed-hosts', options, where, tell)
    for (const [index, host] of itemsOf(options['hosts'])) {
      const help = hostFault(host)
      if (help !== undefined) {
        tell({
          loc: [...where.loc, 'hosts', index],
          at: 'value',
          message: `"${host.slice(0, 60)}" is not a host`,
          help,
        })
      }
    }
  },
  none: (options, { loc }, tell) => tellUnknownOptions(options, loc, [], tell),
}

function checkDefined(
  code: keyof typeof RULE_OPTIONS,
  options: Readonly<Record<string, unknown>>,
  { loc, base }: Where,
  tell: TellFault,
): void {
  const definition = RULE_OPTIONS[code]
  // An override may change the severity alone.
  if (Object.keys(options).length === 0 && base?.get(code)?.options !== undefined) return
  tellErrors(definition, options, loc, tell, () => `write ${EXAMPLE[code]}`)
  tellUnknownOptions(options, loc, Object.keys(definition.properties), tell)
}

function checkLimits(options: Readonly<Record<string, unknown>>, { loc, base, model }: Where, tell: TellFault): void {
  const limits = Object.entries(options)
  if (limits.length === 0 && base?.get('limit')?.options === undefined) {
    tell({ loc, at: 'key', message: '"limit" has no limits', help: `write ${EXAMPLE['limit']}` })
  }
  for (const [path, bound] of limits) {
    const place = [...loc, path]
    const isNumber = modelsOf(model).some((name) => {
      return fieldPaths(name).some((field) => field.kind === 'number' && field.path === plainPath(path))
    })
    if (!isNumber) tellPath(path, place, 'key', model, tell, 'number')
    tellErrors(Bound, bound, place, tell, () => 'write { min: 1, max: 8 }, or one of them')
    if (!isRecord(bound)) continue
    tellUnknownOptions(bound, place, ['min', 'max'], tell)
    const { min, max } = bound
    if (min === undefined && max === undefined) {
      tell({ loc: place, at: 'key', message: 'The limit has neither "min" nor "max"', help: 'write { max: 8 }' })
    }
    for (const [name, value] of [
      ['min', min],
      ['max', max],
    ] as const) {
      if (typeof value === 'number' && !Number.isFinite(value)) {
        tell({
          loc: [...place, name],
          at: 'value',
          message: 'The limit is not a finite number',
          help: 'write a number',
        })
      }
    }
    if (typeof min === 'number' && typeof max === 'number' && min > max) {
      tell({ loc: [...place, 'max'], at: 'value', message: `"max" is below "min"`, help: `write at least ${min}` })
    }
  }
}

function tellErrors(
  definition: Model,
  value: unknown,
  loc: readonly (string | number)[],
  tell: TellFault,
  help: () => string,
): void {
  const validated = validate(definition, value, { mode: 'strict', loc })
  if (validated.ok || validated.status !== 422) return
  for (const error of validated.detail) {
    // A severity has several errors where its definition has several types: one is enough.
    tell({ loc: [...error.loc], at: error.type === 'missing' ? 'key' : 'value', message: error.msg, help: help() })
  }
}

function tellUnknownOptions(
  options: object,
  loc: readonly (string | number)[],
  known: readonly string[],
  tell: TellFault,
): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const near = nearest(key, [...known, 'severity'])
    const all = known.length === 0 ? 'the only option is severity' : `the options are severity, ${known.join(', ')}`
    tell({
      loc: [...loc, key],
      at: 'key',
      message: `"${key.slice(0, 60)}" is not an option`,
      help: near === undefined ? all : `did you mean "${near}"?`,
    })
  }
}

function itemsOf(value: unknown): [number, string][] {
  if (!Array.isArray(value)) return []
  return [...value.entries()].filter((entry): entry is [number, string] => typeof entry[1] === 'string')
}

function severityHelp(value: unknown): string {
  const near = typeof value === 'string' ? nearest(value, SEVERITIES) : undefined
  if (near !== undefined) return `did you mean "${near}"?`
  return value === false ? 'write off' : `write one of ${SEVERITIES.join(', ')}`
}
