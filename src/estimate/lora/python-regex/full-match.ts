import { RegexProblem } from './reader.js'
import { translate } from './translate.js'

/**
 * Converts a Python (3.11) regular expression to a JavaScript one that matches a full name, like `re.fullmatch`.
 *
 * The pattern is parsed with Python's grammar and rewritten, so that it never means anything else. What JavaScript cannot express
 * exactly is refused. The pattern is trusted: catastrophic backtracking is as possible here as in Python.
 *
 * @throws RangeError for a pattern that is invalid in Python or cannot be translated, with the position
 */
export function fullMatch(pattern: string, option: string): RegExp {
  return new RegExp(`^(?:${translated(pattern, option)})$`, 'u')
}

/** Converts a Python regular expression that matches the beginning of a name, like `re.match`. */
export function prefixMatch(pattern: string, option: string): RegExp {
  return new RegExp(`^(?:${translated(pattern, option)})`, 'u')
}

function translated(pattern: string, option: string): string {
  try {
    return translate(pattern)
  } catch (problem) {
    if (!(problem instanceof RegexProblem)) throw problem
    throw new RangeError(
      `${option}: ${problem.message} at character ${problem.at} of the regular expression ${shown(pattern)}`,
    )
  }
}

function shown(pattern: string): string {
  return JSON.stringify(pattern.length > 80 ? `${pattern.slice(0, 79)}…` : pattern)
}
