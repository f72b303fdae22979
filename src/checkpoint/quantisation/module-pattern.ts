/**
 * Which modules a pattern of a quantisation config means, in time that grows with the length of the name: configs come from
 * strangers, and a regular expression of theirs could run for ever.
 */

/** A test of a module's name; `undefined` for a pattern that uses more than is read here. */
export type ModuleTest = ((name: string) => boolean) | undefined

/**
 * A regular expression as compressed-tensors writes them after `re:`, matched from the start of the name: letters, escaped
 * characters, `.`, `.*`, `\d`, `\d+`, alternatives in parentheses, `^` and `$`.
 */
export function regexTest(pattern: string): ModuleTest {
  const anchored = pattern.endsWith('$') && !pattern.endsWith('\\$')
  const body = pattern.replace(/^\^/, '').slice(0, anchored ? -1 : undefined)
  return wildcardTest(body.split(/\.[*+]/).map(regexSegment), anchored)
}

/** A pattern of `fnmatch`, in which `*` stands for anything, as ModelOpt and Quark write them. */
export function globTest(pattern: string): ModuleTest {
  return wildcardTest(
    pattern.split('*').map((segment) => segment.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')),
    true,
  )
}

/** The segments of a pattern follow each other with anything between them; each is looked for where the last one ended. */
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

/** A segment without wildcards, if it has nothing in it that can be tried in many ways. */
function regexSegment(segment: string): string | undefined {
  return /^(?:[\w/-]|\\[.d/_-]\+?|\.(?![*+?{])|\((?:\?:)?(?:[\w-]|\\[.d]|\|)*\)(?![*+?{]))*$/.test(segment)
    ? segment
    : undefined
}
