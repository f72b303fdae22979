import { isSet } from '../../lint/document.js'
import type { Rule } from '../../lint/index.js'
import { quoted } from '../../lint/text.js'

/** The hosts that a team allows for endpoints. `*.example.com` is every host below `example.com`, and not itself. */
export function allowedHosts({ hosts }: { readonly hosts: readonly string[] }): Rule {
  const patterns = hosts.map((host) => host.toLowerCase())
  const isAllowed = (host: string) =>
    patterns.some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern))
  return {
    code: 'allowed-hosts',
    severity: 'warning',
    description: 'An endpoint is on a host that the config does not allow.',
    *check({ nodes }) {
      for (const node of nodes('APIEndpointData')) {
        const { url } = node.value
        if (!isSet(url) || !URL.canParse(url)) continue
        // A host may be written with its root, `example.com.`.
        const host = new URL(url).hostname.replace(/\.$/, '')
        if (isAllowed(host)) continue
        yield {
          node,
          loc: ['url'],
          // Only the host: a URL may contain a password.
          message: `the config does not allow the host ${quoted(host)}`,
          help: hosts.length === 0 ? 'remove the endpoint' : `use one of ${hosts.join(', ')}`,
        }
      }
    },
  }
}

/** Why a text is not a host, or undefined. */
export function hostFault(host: string): string | undefined {
  const bare = host.startsWith('*.') ? host.slice(2) : host
  if (/[/@?#\s]/.test(bare)) return 'write the host only, without scheme, user, port or path'
  if (/:\d+$/.test(bare) && !bare.startsWith('[')) return 'write the host only: every port of it is allowed'
  if (bare.includes('*')) return 'the star may only be in front: "*.example.com"'
  const written = URL.canParse(`https://${bare}/`) ? new URL(`https://${bare}/`).hostname : undefined
  if (written === undefined || bare === '') return 'write a host such as "models.example.com"'
  return written === bare.toLowerCase() ? undefined : `write "${host.startsWith('*.') ? '*.' : ''}${written}"`
}
