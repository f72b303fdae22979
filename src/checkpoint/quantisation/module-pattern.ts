/**
 * Matches module names against the patterns of a quantisation config, in time linear in the length of the name. Configs
 * are untrusted, and a hostile regular expression could run forever.
 */

/** A test for module names; `undefined` for a pattern with unsupported syntax. */
export type ModuleTest = ((name: string) => boolean) | undefined

/**
 * A regular expression that compressed-tensors writes after `re:`, matched from the start of the name. It supports letters,
 * escaped characters, `.`, `.*`, `\d`, `\d+`, alternatives in parentheses, `^` and `$`.
 */
export function regexTest(pattern: string): ModuleTest {
  const anchored = pattern.endsWith('$') && !pattern.endsWith('\\$')
  const body = pattern.replace(/^\^/, '').slice(0, anchored ? -1 : undefined)
  return wildcardTest(
    body
      .replace(/(?<!\\)\.\+/g, '..*')
      .split(/(?<!\\)\.\*/)
      .map(regexSegment),
    anchored,
  )
}

/** A pattern of `fnmatch`, in which `*` matches anything. ModelOpt and Quark write these. */
export function globTest(pattern: string): ModuleTest {
  return wildcardTest(
    pattern.split('*').map((segment) => segment.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')),
    true,
  )
}

/** Matches the segments of a pattern in order, with anything between them. Each search starts where the last match ended. */
function wildcardTest(segments: readonly (string | undefined)[], anchored: boolean): ModuleTest {
  const sources: string[] = []
  for (const segment of segments) {
    if (segment === undefined) return undefined
    sources.push(segment)
  }
  const first = new RegExp(sources[0] ?? '', 'y')
  const last = sources.length > 1 ? new RegExp(`(?:${sources.at(-1)})$`) : undefined
  const middle = sources.slice(1, -1).map((source) => new RegExp(source, 'g'))
  return (name) => {
    let at = endOfMatch(first, name, 0)
    for (const segment of middle) at = at === undefined ? undefined : endOfMatch(segment, name, at)
    if (at === undefined) return false
    if (last === undefined) return !anchored || at === name.length
    return anchored ? last.test(name.slice(at)) : new RegExp(sources.at(-1) ?? '').test(name.slice(at))
  }
}

function endOfMatch(segment: RegExp, name: string, from: number): number | undefined {
  segment.lastIndex = from
  const match = segment.exec(name)
  return match ? match.index + match[0].length : undefined
}

/** A segment without wildcards; `undefined` if it contains anything that can backtrack. */
function regexSegment(segment: string): string | undefined {
  return /^(?:[\w/-]|\\[.d/_-]\+?|\.(?![*+?{])|\((?:\?:)?(?:[\w-]|\\[.d]|\|)*\)(?![*+?{]))*$/.test(segment)
    ? segment
    : undefined
}
