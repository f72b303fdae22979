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
  const segments = body.replace(/(?<!\\)\.\+/g, '..*').split(/(?<!\\)\.\*/)
  return segments.every(isSupported) ? wildcardTest(segments, anchored) : undefined
}

/** A pattern of `fnmatch`, in which `*` matches anything. ModelOpt and Quark write these. */
export function globTest(pattern: string): (name: string) => boolean {
  return wildcardTest(
    pattern.split('*').map((segment) => segment.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')),
    true,
  )
}

/** Matches the segments of a pattern in order, with anything between them. Each search starts where the last match ended. */
function wildcardTest(sources: readonly string[], anchored: boolean): (name: string) => boolean {
  const first = new RegExp(sources[0] ?? '', 'y')
  const middle = sources.slice(1, -1).map((source) => new RegExp(source, 'g'))
  const last = sources.length > 1 ? new RegExp(anchored ? `(?:${sources.at(-1)})$` : `${sources.at(-1)}`) : undefined
  return (name) => {
    let at = endOfMatch(first, name, 0)
    for (const segment of middle) at = at === undefined ? undefined : endOfMatch(segment, name, at)
    if (at === undefined) return false
    return last === undefined ? !anchored || at === name.length : last.test(name.slice(at))
  }
}

function endOfMatch(segment: RegExp, name: string, from: number): number | undefined {
  segment.lastIndex = from
  const match = segment.exec(name)
  return match ? match.index + match[0].length : undefined
}

/** Whether a segment without wildcards contains nothing that can backtrack. */
function isSupported(segment: string): boolean {
  return /^(?:[\w/-]|\\[.d/_-]\+?|\.(?![*+?{])|\((?:\?:)?(?:[\w-]|\\[.d]|\|)*\)(?![*+?{]))*$/.test(segment)
}
