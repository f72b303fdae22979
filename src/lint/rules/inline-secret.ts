import { vendorTokensIn } from '../../display/index.js'
import type { Match, Rule } from '../rule.js'
import { locOf, type Step } from '../schema-walk.js'

/** Manifests are copied, committed and mailed, together with the keys and tokens in them. */
export const inlineSecret: Rule = {
  code: 'inline-secret',
  severity: 'warning',
  description: 'A text has the form of a known vendor’s key or token.',
  *check({ written }) {
    // An object in several places, as an alias makes it, is searched once.
    const visited = new Set<object>()
    const pending: Visit[] = [{ value: written, step: null }]
    for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
      const { value, step } = visit
      if (typeof value === 'string') {
        if (!isApiKey(step)) yield* matches(value, step)
        continue
      }
      if (typeof value !== 'object' || value === null || visited.has(value)) continue
      visited.add(value)
      const below: Visit[] = []
      for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
        const at: Step = { parent: step, key }
        if (typeof key === 'string') yield* matches(key, at, 'key')
        below.push({ value: item, step: at })
      }
      for (const item of below.reverse()) pending.push(item)
    }
  },
}

interface Visit {
  readonly value: unknown
  readonly step: Step | null
}

/** The field that `inline-api-key` reports. */
function isApiKey(step: Step | null): boolean {
  return step?.key === 'api_key' && step.parent?.key === 'api_endpoint' && step.parent.parent === null
}

function* matches(text: string, step: Step | null, at?: 'key'): Iterable<Match> {
  const [first] = vendorTokensIn(text)
  if (first === undefined) return
  yield {
    loc: locOf(step),
    ...(at && { at }),
    message: `found ${first.what}: whoever reads the file can use it`,
    help: 'keep it in a secret store, refer to it here, and revoke it',
  }
}
