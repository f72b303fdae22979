import { firstNameOf, namesOf } from '../../architecture/groups.js'
import type { Path } from '../../architecture/index.js'
import { fullMatch, prefixMatch } from './python-regex/full-match.js'

/** Whether modules are selected: one answer if it is the same for every name that a path matches, otherwise one per name. */
export type NameTest = (path: Path) => boolean | ((name: string) => boolean)

/** The modules in a list. Each entry is a full name, or the end of one after a dot, like in PEFT. */
export function suffixTest(targets: readonly string[]): NameTest {
  const whole = new Set(targets)
  const ends = targets.map((target) => `.${target}`)
  const isMeant = (name: string) => whole.has(name) || ends.some((end) => name.endsWith(end))
  const numbered = targets.some((target) => /(^|\.)\d+(\.|$)/.test(target))
  return (path) => (numbered ? isMeant : isMeant(firstNameOf(path)))
}

/** The modules whose full name matches a Python regular expression. */
export function regexTest(pattern: string, option: string): NameTest {
  const regex = fullMatch(pattern, option)
  return () => (name) => regex.test(name)
}

/** The named modules and everything inside them: they are trained fully, and get no adapter. */
export function insideTest(names: readonly string[]): NameTest {
  const plain = names.every((name) => /^[A-Za-z_]+(\.[A-Za-z_]+)*$/.test(name))
  // PEFT does not escape the name in this expression.
  const regexes = names.map((name) => prefixMatch(`(^|.*\\.)${name}($|\\..*)`, 'modulesToSave'))
  const isInside = (name: string) => regexes.some((regex) => regex.test(name))
  return (path) => (plain ? isInside(firstNameOf(path)) : isInside)
}

/** Counts the modules behind a path by the rank that `rankFor` returns; `undefined` means that a module is not selected. */
export function tally<Value>(path: Path, count: number, answers: Answers<Value>): Map<Value, number> {
  const tallied = new Map<Value, number>()
  const { include, exclude, rankFor } = answers
  const included = include(path)
  if (included === false) return tallied
  const excluded = exclude.map((test) => test(path))
  if (excluded.includes(true)) return tallied
  const perName = [included, ...excluded].some((answer) => typeof answer === 'function')
  if (!perName && typeof rankFor !== 'function') return tallied.set(rankFor, count)
  for (const name of namesOf(path)) {
    const isOut = excluded.some((answer) => typeof answer === 'function' && answer(name))
    if (isOut || (typeof included === 'function' && !included(name))) continue
    const value = rankFor instanceof Function ? rankFor(name) : rankFor
    tallied.set(value, (tallied.get(value) ?? 0) + 1)
  }
  return tallied
}

interface Answers<Value> {
  readonly include: NameTest
  readonly exclude: readonly NameTest[]
  readonly rankFor: Value | ((name: string) => Value)
}
