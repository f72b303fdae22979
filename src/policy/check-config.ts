/** Checks the value of a config, and keeps what is right of it. */

import { isRecord } from '../lint/schema-walk.js'
import { isRuleCode } from '../manifest/rule-catalogue.js'
import { nearest } from '../options/index.js'
import { isSchemaName, SCHEMA_NAMES } from '../schemas/index.js'
import { validate } from '../validation/index.js'
import { checkRules, type RuleSettings } from './check-rules.js'
import type { ConfigFault, TellFault } from './config-fault.js'
import { globFault } from './globs.js'
import { CONFIG_FIELDS, Config } from './settings.js'

/** What a config says. What is wrong in the file is not in here: a pattern, a rule, an override. */
export interface ConfigSettings {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly model?: (typeof SCHEMA_NAMES)[number]
  readonly maxWarnings?: number
  readonly complete: boolean
  readonly rules: RuleSettings
  readonly overrides: readonly { readonly files: readonly string[]; readonly rules: RuleSettings }[]
}

/** The settings without a config. */
export const NO_SETTINGS: ConfigSettings = {
  include: [],
  exclude: [],
  complete: false,
  rules: new Map(),
  overrides: [],
}

/** Checks the value of a config. */
export function checkConfig(value: unknown): {
  readonly settings: ConfigSettings
  readonly faults: readonly ConfigFault[]
} {
  const faults: ConfigFault[] = []
  const tell: TellFault = (fault) => faults.push(fault)
  const validated = validate(Config, value, { mode: 'strict', loc: [] })
  for (const { loc, msg, type, input } of validated.ok || validated.status !== 422 ? [] : validated.detail) {
    tell({ loc: [...loc], at: type === 'missing' ? 'key' : 'value', message: msg, help: helpOf(loc, input) })
  }
  if (!isRecord(value)) return { settings: NO_SETTINGS, faults }
  tellUnknownKeys(value, [], FIELDS, tell)
  const { model, maxWarnings, complete, overrides } = value
  const rules = checkRules(value['rules'], { loc: ['rules'], model }, tell)
  const settings: ConfigSettings = {
    include: patternsIn(value['include'], ['include'], tell),
    exclude: patternsIn(value['exclude'], ['exclude'], tell),
    complete: complete === true,
    rules,
    overrides: (Array.isArray(overrides) ? overrides : []).flatMap((override, index) => {
      if (!isRecord(override)) return []
      const loc = ['overrides', index]
      tellUnknownKeys(override, loc, ['files', 'rules'], tell)
      const files = patternsIn(override['files'], [...loc, 'files'], tell)
      return [{ files, rules: checkRules(override['rules'], { loc: [...loc, 'rules'], base: rules, model }, tell) }]
    }),
    ...(typeof model === 'string' && isSchemaName(model) && { model }),
    ...(typeof maxWarnings === 'number' && Number.isInteger(maxWarnings) && maxWarnings >= 0 && { maxWarnings }),
  }
  return { settings, faults }
}

const FIELDS: readonly string[] = [...Object.keys(CONFIG_FIELDS), 'rules', 'overrides']

function helpOf(loc: readonly (string | number)[], input: unknown): string {
  const near = loc[0] === 'model' && typeof input === 'string' ? nearest(input, SCHEMA_NAMES) : undefined
  if (near !== undefined) return `did you mean "${near}"?`
  const last = loc.findLast((step) => typeof step === 'string')
  return `write ${WANTED[last ?? ''] ?? 'a mapping of settings: { rules: { trust-remote-code: error } }'}`
}

const WANTED: Readonly<Record<string, string>> = {
  include: 'a list of patterns: ["models/**/*.yaml"]',
  exclude: 'a list of patterns: ["**/generated/**"]',
  files: 'a list of patterns: ["sandbox/**"]',
  model: `one of ${SCHEMA_NAMES.join(', ')}`,
  maxWarnings: 'a whole number of at least 0',
  complete: 'true or false',
  rules: 'a mapping of rules and severities: { trust-remote-code: error }',
  overrides: 'a list of mappings with "files" and "rules"',
}

function tellUnknownKeys(
  value: object,
  loc: readonly (string | number)[],
  known: readonly string[],
  tell: TellFault,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    const near = nearest(key, known)
    const help = near === undefined ? `the settings are ${known.join(', ')}` : `did you mean "${near}"?`
    const isMisplaced = near === undefined && isRuleCode(key)
    tell({
      loc: [...loc, key],
      at: 'key',
      message: `"${key.slice(0, 60)}" is not a setting`,
      help: isMisplaced ? 'write it under "rules"' : help,
    })
  }
}

/** The patterns of a list that are right. */
function patternsIn(value: unknown, loc: readonly (string | number)[], tell: TellFault): string[] {
  if (!Array.isArray(value)) return []
  return value.filter((pattern, index) => {
    if (typeof pattern !== 'string') return false
    const fault = globFault(pattern)
    if (fault !== undefined) tell({ loc: [...loc, index], at: 'value', ...fault })
    return fault === undefined
  })
}
