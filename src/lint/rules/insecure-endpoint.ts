import { isSet } from '../document.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Over plain http, keys, prompts and answers can be read on the way; the loopback has no way. */
export const insecureEndpoint: Rule = {
  code: 'insecure-endpoint',
  severity: 'warning',
  description: 'An endpoint on another host is reached without encryption.',
  *check({ parts }) {
    for (const part of parts('APIEndpointData')) {
      const { url } = part.value
      if (!isSet(url) || !URL.canParse(url)) continue
      const { protocol, hostname } = new URL(url)
      if (protocol !== 'http:' || LOOPBACK.test(hostname)) continue
      yield {
        part,
        loc: ['url'],
        // The host alone: a URL may hold a password.
        message: `${quoted(hostname)} is reached over plain http, which shows key, prompts and answers on the way`,
        help: 'write https://, or reach the endpoint over the loopback',
      }
    }
  },
}
