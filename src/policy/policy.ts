/** What a config means for one file: the severities, and the rules that it sets. */

import type { Rule } from '../lint/index.js'
import type { ManifestPolicy } from '../manifest/policy.js'
import type { ConfigSettings } from './check-config.js'
import type { RuleSetting, RuleSettings } from './check-rules.js'
import { type Globs, globs } from './globs.js'
import { allowedFamilies } from './rules/allowed-families.js'
import { allowedHosts } from './rules/allowed-hosts.js'
import { limit } from './rules/limit.js'
import { nameConvention } from './rules/name-convention.js'
import { requiredField } from './rules/required-field.js'
import type { Bound } from './settings.js'

/** A config, ready to be asked about files. Paths are relative to its folder, with forward slashes. */
export interface Policy {
  readonly settings: ConfigSettings
  isIncluded(path: string): boolean
  isExcluded(path: string): boolean
  /** The rules for a file: those of the config, and over them those of each override that matches, in order. */
  forFile(path: string): ManifestPolicy
}

/** Compiles the settings of a config. */
export function policyOf(settings: ConfigSettings): Policy {
  const include = globs(settings.include)
  const exclude = globs(settings.exclude)
  const overrides = settings.overrides.map(({ files, rules }) => ({ files: globs(files), rules }))
  const made = new Map<string, ManifestPolicy>()
  return {
    settings,
    isIncluded: (path) => include.matches(path),
    isExcluded: (path) => exclude.matches(path),
    forFile(path) {
      const matching = overrides.filter(({ files }: { files: Globs }) => files.matches(path))
      const key = matching.map((override) => overrides.indexOf(override)).join(' ')
      const policy = made.get(key) ?? policyFor([settings.rules, ...matching.map(({ rules }) => rules)])
      made.set(key, policy)
      return policy
    },
  }
}

function policyFor(layers: readonly RuleSettings[]): ManifestPolicy {
  const merged = new Map<string, RuleSetting>()
  for (const layer of layers) for (const [code, setting] of layer) merged.set(code, { ...merged.get(code), ...setting })
  return {
    severityOf: (code) => merged.get(code)?.severity,
    rules: [...merged].flatMap(([code, { severity, options }]) => {
      const make = MAKERS[code]
      return severity === 'off' || options === undefined || make === undefined ? [] : [make(options)]
    }),
  }
}

/** The rules that a config sets. Their options have been checked by the definitions that these types come from. */
const MAKERS: Readonly<Record<string, (options: Readonly<Record<string, unknown>>) => Rule>> = {
  'required-field': ({ fields }) => requiredField({ fields: texts(fields) }),
  limit: ({ limits }) => limit({ limits: limits as Readonly<Record<string, Bound>> }),
  'name-convention': ({ pattern }) => nameConvention({ pattern: String(pattern) }),
  'allowed-families': ({ families }) => allowedFamilies({ families: texts(families) }),
  'allowed-hosts': ({ hosts }) => allowedHosts({ hosts: texts(hosts) }),
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
