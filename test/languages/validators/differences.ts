/**
 * Why a validator may differ from the service. Each class rewrites the values that it is about into plain ones. A difference
 * belongs to a class if the validator and the service agree about the rewritten body.
 */
import { type JsonEntry, type JsonNode, readJson } from '../../../src/json/index.js'

/** A class of differences, with the values that it is about. */
export interface DifferenceClass {
  /** What the validator does otherwise, for the guide. */
  readonly text: string
  /** The plain spelling of a value; `undefined` if the value is plain. `key` is the field that holds it. */
  readonly plain: (node: JsonNode, key: string) => string | undefined
  /** Whether an entry of an object is to be left out. */
  readonly leavesOut?: (entry: JsonEntry, entries: readonly JsonEntry[]) => boolean
}

/** The classes, by name. */
export const DIFFERENCE_CLASSES = {
  integers: {
    text: '`1.0` and `1e3` are integers',
    plain: (node) =>
      node.kind === 'number' && /[.e]/i.test(node.text) && Number.isInteger(node.value)
        ? BigInt(node.value).toString()
        : undefined,
  },
  times: {
    text: 'times in other forms than RFC 3339 are refused; a leap second or the year 0 may be accepted',
    plain: plainText(/^(?:created_at|updated_at)$/, () => '2024-01-15T09:30:00Z'),
  },
  urls: {
    text: 'URLs are read by RFC 3986, not as browsers read them (WHATWG)',
    plain: plainText(/^url$/, () => 'https://example.com/'),
  },
  letters: {
    text: '`\\w` has ASCII letters only, or those of another version of Unicode',
    plain: plainText(/^(?:name|project|workspace|base_model|model)$/, (text) => text.replace(/[^\p{ASCII}]/gu, 'a')),
  },
  newline: {
    text: '`$` in a pattern also matches before a final newline',
    plain: plainText(/^/, (text) => text.replace(/\n$/, '')),
  },
  constants: {
    text: '`NaN`, `Infinity` or numbers beyond `1e308`, which the service accepts in free fields, are not read',
    plain: (node) => (node.kind === 'number' && !Number.isFinite(Number(node.value)) ? '1' : undefined),
  },
  freeNull: {
    text: '`null` is refused in a field of any type, which is only `input` of `ValidationError`',
    plain: (node, key) => (node.kind === 'null' && key === 'input' ? '1' : undefined),
  },
  twoLimits: {
    text: '`max_tokens` and `max_completion_tokens` together are accepted: OpenAPI 3.0 has no such rule here, and zod reads no `not`',
    plain: () => undefined,
    leavesOut: ({ key }, entries) => key === 'max_completion_tokens' && entries.some((one) => one.key === 'max_tokens'),
  },
} as const satisfies Record<string, DifferenceClass>

/** The name of a class. */
export type DifferenceName = keyof typeof DIFFERENCE_CLASSES

/** The names of all classes. */
export const DIFFERENCE_NAMES = Object.keys(DIFFERENCE_CLASSES).filter(
  (name): name is DifferenceName => name in DIFFERENCE_CLASSES,
)

/** The body with plain values of a class; `undefined` if it has none of its values. */
export function plainBody(body: string, { plain, leavesOut = () => false }: DifferenceClass): string | undefined {
  const read = readJson(body, { constants: true })
  if (!read.ok) return undefined
  let isChanged = false
  const written = (node: JsonNode, key: string): string => {
    const replaced = plain(node, key)
    if (replaced !== undefined) {
      isChanged = true
      return replaced
    }
    if (node.kind === 'array') return `[${node.items.map((item) => written(item, key)).join(', ')}]`
    if (node.kind !== 'object') return body.slice(node.start, node.end)
    const kept = node.entries.filter((entry) => !leavesOut(entry, node.entries))
    isChanged ||= kept.length < node.entries.length
    return `{${kept.map((entry) => `${JSON.stringify(entry.key)}: ${written(entry.value, entry.key)}`).join(', ')}}`
  }
  const text = written(read.root, '')
  return isChanged ? text : undefined
}

/** Rewrites the texts of some fields. */
function plainText(keys: RegExp, rewritten: (text: string) => string): DifferenceClass['plain'] {
  return (node, key) => {
    if (node.kind !== 'string' || !keys.test(key)) return undefined
    const text = rewritten(node.value)
    return text === node.value ? undefined : JSON.stringify(text)
  }
}
