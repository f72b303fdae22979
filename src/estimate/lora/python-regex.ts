/**
 * A regular expression of Python's as one of JavaScript's that matches a whole name, as `re.fullmatch` does.
 *
 * The two agree in all that names of modules need; what JavaScript spells otherwise is translated, and what it does not
 * have is refused. The pattern is the caller's own: one that backtracks without end does so here as it does in Python.
 *
 * @throws RangeError for a pattern that is no regular expression, or has a construct that JavaScript lacks
 */
export function fullMatch(pattern: string, option: string): RegExp {
  const missing = MISSING.find(({ construct }) => construct.test(pattern))
  if (missing)
    throw new RangeError(`${option}: ${missing.name} of Python's have no counterpart here: ${shown(pattern)}`)
  const flags = INLINE_FLAGS.exec(pattern)
  const body = flags ? pattern.slice(flags[0].length) : pattern
  const source = body
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\\A/g, '^')
    .replace(/\\Z/g, '$')
  try {
    return new RegExp(`^(?:${source})$`, flags?.[1]?.includes('i') ? 'i' : '')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RangeError(`${option} should be a regular expression: ${shown(pattern)} (${reason})`)
  }
}

/** Flags at the head of a pattern: only `i` says anything about names, which have no lines. */
const INLINE_FLAGS = /^\(\?([aimsux]+)\)/

const MISSING: readonly { readonly name: string; readonly construct: RegExp }[] = [
  { name: 'conditional groups', construct: /\(\?\(/ },
  { name: 'atomic groups', construct: /\(\?>/ },
  { name: 'possessive quantifiers', construct: /[^\\][*+?}]\+/ },
  { name: 'comments', construct: /\(\?#|^\(\?[aimsu]*x/ },
]

function shown(pattern: string): string {
  return JSON.stringify(pattern.length > 80 ? `${pattern.slice(0, 79)}…` : pattern)
}
