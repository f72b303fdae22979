/** What a config may set, as definitions: the validation of a config and `schemas/config.json` are made from them. */

import { SCHEMA_NAMES } from '../schemas/index.js'
import * as Type from '../schemas/typebox.js'

/** The severities that a rule may be given. */
export const SEVERITIES = ['off', 'info', 'warning', 'error'] as const

/** A severity of a config. `off` turns a rule off. */
export type RuleSeverity = (typeof SEVERITIES)[number]

/** How severe the findings of a rule are. */
export const Severity = Type.Enum(SEVERITIES, {
  type: 'string',
  description: 'How severe the findings of the rule are; `off` turns it off',
})

const patterns = (description: string) => Type.Array(Type.String(), { description })

/** The fields of a config, without the rules. */
export const CONFIG_FIELDS = {
  include: Type.Optional(
    patterns(
      'Files that always count as models: none of their documents is skipped. Glob patterns, relative to the config',
    ),
  ),
  exclude: Type.Optional(
    patterns('Files that are left out when a folder is searched. Glob patterns, relative to the config'),
  ),
  model: Type.Optional(
    Type.Enum(SCHEMA_NAMES, { type: 'string', description: 'The definition to check every document against' }),
  ),
  maxWarnings: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'The check fails if the files of this config have more warnings than this',
    }),
  ),
  complete: Type.Optional(
    Type.Boolean({ description: 'All entities are in the folder of this config: check references across files' }),
  ),
}

/** A config before its rules are checked: each rule has its own definition. */
export const Config = Type.Object({
  ...CONFIG_FIELDS,
  rules: Type.Optional(Type.Record(Type.String(), Type.Any())),
  overrides: Type.Optional(
    Type.Array(
      Type.Object({
        files: patterns('The files that the rules are for'),
        rules: Type.Record(Type.String(), Type.Any()),
      }),
    ),
  ),
})

/** The options of the rules that have some. */
export const RULE_OPTIONS = {
  'required-field': Type.Object({
    fields: Type.Array(Type.String(), {
      description: 'The fields that must be set, by their path: `description`, `ownership.team`',
    }),
  }),
  'name-convention': Type.Object({
    pattern: Type.String({
      description: 'A regular expression (ECMAScript, with the flag u) that every name must match',
    }),
  }),
  'allowed-families': Type.Object({
    families: Type.Array(Type.String(), { description: 'The values that `spec.family` may have' }),
  }),
  'allowed-hosts': Type.Object({
    hosts: Type.Array(Type.String(), {
      description:
        'The hosts that `api_endpoint.url` may name: `models.example.com`, or `*.example.com` for all below it',
    }),
  }),
} as const

/** The bounds of one number. */
export const Bound = Type.Object({
  min: Type.Optional(Type.Number({ description: 'The smallest allowed value' })),
  max: Type.Optional(Type.Number({ description: 'The largest allowed value' })),
})

/** The static type of {@link Bound}. */
export type Bound = Type.Static<typeof Bound>

/** The severity in the options of a rule. */
export const SeverityOption = Type.Object({ severity: Type.Optional(Severity) })
