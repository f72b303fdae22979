/**
 * Glob patterns for files, with one meaning everywhere: in the config and on the command line.
 *
 * A pattern is relative to its folder. Like in `.gitignore`, a pattern without a slash matches a name at any depth, a
 * leading slash ties a pattern to the folder, a pattern that matches a folder matches everything in it, and `!` takes out
 * again what an earlier pattern has matched.
 */

import picomatch from 'picomatch'

/** A list of patterns: the last one that matches decides. */
export interface Globs {
  /** Whether a later pattern may take out what an earlier one has matched. */
  readonly hasExceptions: boolean
  /** Whether a path matches, or one of the folders above it. The path is relative, with forward slashes. */
  matches(path: string): boolean
}

/** Compiles patterns. Use {@link globFault} first to find those that are malformed. */
export function globs(patterns: readonly string[]): Globs {
  const tests = patterns.map(compiled)
  return {
    hasExceptions: tests.some(({ isException }) => isException),
    matches(path) {
      if (tests.length === 0 || path.startsWith('../')) return false
      const paths = withFolders(path)
      const last = tests.findLast(({ test }) => paths.some(test))
      return last !== undefined && !last.isException
    },
  }
}

/** No pattern: matches nothing. */
export const NO_GLOBS: Globs = { hasExceptions: false, matches: () => false }

interface Compiled {
  readonly isException: boolean
  readonly test: (path: string) => boolean
}

function compiled(pattern: string): Compiled {
  const isException = pattern.startsWith('!')
  const bare = (isException ? pattern.slice(1) : pattern).replace(/^\.\//, '').replace(/\/+$/, '')
  const isAnywhere = !bare.includes('/')
  const test = picomatch(isAnywhere ? `**/${bare}` : bare.replace(/^\//, ''), OPTIONS)
  return { isException, test: (path) => test(path) }
}

/** Names that begin with a dot are matched like others. `!(…)` would be mistaken for an exception: it is not a pattern here. */
const OPTIONS = { dot: true, nonegate: true, posixSlashes: true } as const

/** A path and the folders above it: `a/b/c`, `a/b`, `a`. */
function withFolders(path: string): string[] {
  const paths = [path]
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) paths.push(path.slice(0, end))
  return paths
}

/** Why a pattern cannot be meant, or undefined. */
export function globFault(pattern: string): { readonly message: string; readonly help: string } | undefined {
  const bare = pattern.startsWith('!') ? pattern.slice(1) : pattern
  if (bare.trim() === '') return { message: 'The pattern is empty', help: 'write a pattern such as "models/**/*.yaml"' }
  if (/\\[\w*.]/.test(bare)) {
    return { message: 'The pattern contains a backslash', help: `write "${bare.replaceAll('\\', '/')}"` }
  }
  if (bare.split('/').includes('..')) {
    return { message: 'The pattern leaves the folder of the config', help: 'put a config into that folder' }
  }
  if (/^(?:[A-Za-z]:|~)\//.test(bare)) {
    return { message: 'The pattern is not relative', help: 'write it relative to the folder of the config' }
  }
  const open = unclosed(bare)
  return open === undefined
    ? undefined
    : { message: `The pattern has an unclosed "${open}"`, help: `close it, or write "[${open}]" for the character` }
}

/** The first bracket of a pattern that is not closed. */
function unclosed(pattern: string): string | undefined {
  const open: string[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at)
    if (character === '\\') at += 1
    else if (character === '[') {
      const end = pattern.indexOf(']', at + 2)
      if (end < 0) return '['
      at = end
    } else if (character === '{') open.push('{')
    else if (character === '}') open.pop()
  }
  return open[0]
}
