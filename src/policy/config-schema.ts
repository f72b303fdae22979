/** The JSON Schema of a config, for editors: made from the definitions that a config is validated against. */

import { artifactId } from '../export/artifact-id.js'
import { ALL_RULES } from '../manifest/rule-catalogue.js'
import { Bound, CONFIG_FIELDS, Config, RULE_OPTIONS, Severity } from './settings.js'

/** The JSON Schema (2020-12) of `model-entity.config.yaml`. */
export function configSchema(): object {
  const rules = {
    type: 'object',
    description: 'The severity of each rule, or its severity and its options',
    properties: Object.fromEntries(ALL_RULES.map(({ code, description }) => [code, ruleSchema(code, description)])),
    additionalProperties: false,
  }
  const overrides = {
    type: 'array',
    description: 'Rules for some of the files. A later override wins',
    items: {
      type: 'object',
      properties: { files: patternsOfOverride(), rules },
      required: ['files', 'rules'],
      additionalProperties: false,
    },
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: artifactId('config.json'),
    title: 'Config',
    description: 'The policy of model-entity check: which files, which rules',
    type: 'object',
    properties: { ...CONFIG_FIELDS, rules, overrides },
    additionalProperties: false,
  }
}

function patternsOfOverride(): object {
  return Config.properties.overrides.items.properties.files
}

function ruleSchema(code: string, description: string): object {
  if (code === 'limit') {
    const bound = { ...Bound, additionalProperties: false, minProperties: 1 }
    const options = {
      type: 'object',
      properties: { severity: Severity },
      additionalProperties: bound,
      minProperties: 1,
    }
    return { description, anyOf: [Severity, options] }
  }
  const definition = optionsOf(code)
  const options = {
    type: 'object',
    properties: { severity: Severity, ...definition?.properties },
    additionalProperties: false,
  }
  return { description, anyOf: [Severity, options] }
}

function optionsOf(code: string) {
  return Object.entries(RULE_OPTIONS).find(([name]) => name === code)?.[1]
}
