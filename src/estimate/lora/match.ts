import type { Path } from '../../architecture/index.js'
import { firstName, namesOf } from './candidates.js'
import { fullMatch, prefixMatch } from './python-regex/full-match.js'

/** Whether modules are meant: a plain answer where it is the same for all that a path stands for, else one for each name. */
export type NameTest = (path: Path) => boolean | ((name: string) => boolean)

/** The modules that a list names: each entry a whole name, or the end of one from a dot on, as in PEFT. */
export function suffixTest(targets: readonly string[]): NameTest {
  const whole = new Set(targets)
  const ends = targets.map((target) => `.${target}`)
  const isMeant = (name: string) => whole.has(name) || ends.some((end) => name.endsWith(end))
  const numbered = targets.some((target) => /(^|\.)\d+(\.|$)/.test(target))
  return (path) => (numbered ? isMeant : isMeant(firstName(path)))
}

/** The modules whose whole name a regular expression of Python's matches. */
export function regexTest(pattern: string, option: string): NameTest {
  const regex = fullMatch(pattern, option)
  return () => (name) => regex.test(name)
}

/** The modules inside those of the given names, themselves included: they are trained whole, and take no adapter. */
export function insideTest(names: readonly string[]): NameTest {
  const plain = names.every((name) => /^[A-Za-z_]+(\.[A-Za-z_]+)*$/.test(name))
  // PEFT puts the name into this expression as it is.
  const regexes = names.map((name) => prefixMatch(`(^|.*\\.)${name}($|\\..*)`, 'modulesToSave'))
  const isInside = (name: string) => regexes.some((regex) => regex.test(name))
  return (path) => (plain ? isInside(firstName(path)) : isInside)
}

/** How many of the modules that a path stands for are meant, by what `rankFor` says of each; `undefined` means not. */
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
