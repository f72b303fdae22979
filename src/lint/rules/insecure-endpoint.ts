import { isSet } from '../document.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Over plain HTTP, keys, prompts and responses can be read in transit. Loopback traffic stays on the host. */
export const insecureEndpoint: Rule = {
  code: 'insecure-endpoint',
  severity: 'warning',
  description: 'The endpoint is on another host and not encrypted.',
  *check({ nodes }) {
    for (const node of nodes('APIEndpointData')) {
      const { url } = node.value
      if (!isSet(url) || !URL.canParse(url)) continue
      const { protocol, hostname } = new URL(url)
      if (protocol !== 'http:' || LOOPBACK.test(hostname)) continue
      yield {
        node,
        loc: ['url'],
        // Only the host: a URL may contain a password.
        message: `${quoted(hostname)} uses plain HTTP: the key, prompts and responses can be read in transit`,
        help: 'use https://, or a loopback address',
      }
    }
  },
}
