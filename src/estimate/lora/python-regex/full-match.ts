import { RegexProblem } from './reader.js'
import { translate } from './translate.js'

/**
 * A regular expression of Python's (3.11) as one of JavaScript's that matches a whole name, as `re.fullmatch` does.
 *
 * It is parsed by Python's grammar and written anew, so that it is never read otherwise; what JavaScript cannot say exactly is
 * refused. The pattern is the caller's own: one that backtracks without end does so here as it does in Python.
 *
 * @throws RangeError for a pattern that is no regular expression to Python, or that cannot be translated, and where
 */
export function fullMatch(pattern: string, option: string): RegExp {
  return new RegExp(`^(?:${translated(pattern, option)})$`, 'u')
}

/** The same for what begins a name, as `re.match` does. */
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
