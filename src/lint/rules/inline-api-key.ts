import { isSet } from '../document.js'
import type { Rule } from '../rule.js'

/** A whole `${VARIABLE}`, or a whole `{{ … }}` with something in it. */
const VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_.]*\}$/
const TEMPLATE = /^\{\{(?!\s*\}\})[^{}]*\}\}$/

/** Manifests are copied, committed and mailed, together with the keys in them. */
export const inlineApiKey: Rule = {
  code: 'inline-api-key',
  severity: 'warning',
  description: 'The document contains an API key instead of a reference to it.',
  *check({ nodes }) {
    for (const node of nodes('APIEndpointData')) {
      const { api_key: key } = node.value
      if (!isSet(key) || VARIABLE.test(key) || TEMPLATE.test(key)) continue
      yield {
        node,
        loc: ['api_key'],
        message: `found an API key of ${key.length} characters; expected a reference to it`,
        help: `keep the key in a secret store, set "$\{VARIABLE}" or "{{ … }}" here, and revoke this key`,
      }
    }
  },
}
