import { isSet } from '../document.js'
import type { Rule } from '../rule.js'

/** A whole `${VARIABLE}`, or a whole `{{ … }}` with something in it. */
const VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_.]*\}$/
const TEMPLATE = /^\{\{(?!\s*\}\})[^{}]*\}\}$/

/** Manifests are copied, committed and mailed, and the keys in them with them. */
export const inlineApiKey: Rule = {
  code: 'inline-api-key',
  severity: 'warning',
  description: 'An API key stands in the document instead of a reference to it.',
  *check({ parts }) {
    for (const part of parts('APIEndpointData')) {
      const { api_key: key } = part.value
      if (!isSet(key) || VARIABLE.test(key) || TEMPLATE.test(key)) continue
      yield {
        part,
        loc: ['api_key'],
        message: `an API key of ${key.length} characters is written out; expected a reference to it`,
        help: `write a whole "$\{VARIABLE}" or "{{ … }}" instead, keep the key in a secret store, and revoke this one`,
      }
    }
  },
}
