/**
 * A pattern as Rust's `regex` reads it, which pydantic matches with: `\w`, `\d` and `\s` are Unicode's, and `.` is anything but a
 * line feed. A runtime with older tables of Unicode knows fewer letters.
 *
 * @throws SyntaxError for a pattern that is none, or that JavaScript cannot say (`\W` inside of brackets)
 */
export function rustRegExp(pattern: string): RegExp {
  let source = ''
  let isInClass = false
  for (const [token] of pattern.matchAll(/\\.|[^\\]|\\$/gsu)) {
    if (token === '[') isInClass = true
    else if (token === ']') isInClass = false
    source += (isInClass ? IN_CLASS : OUTSIDE).get(token) ?? token
  }
  return new RegExp(source, 'u')
}

/** https://docs.rs/regex/latest/regex/#perl-character-classes-unicode-friendly */
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'

const ESCAPES = [
  ['\\d', '\\p{Nd}'],
  ['\\D', '\\P{Nd}'],
  ['\\s', '\\p{White_Space}'],
  ['\\S', '\\P{White_Space}'],
] as const

/** `\W` becomes what no expression takes: JavaScript has no class within a class. */
const IN_CLASS: ReadonlyMap<string, string> = new Map([...ESCAPES, ['\\w', WORD], ['\\W', '\\p{W}']])

const OUTSIDE: ReadonlyMap<string, string> = new Map([
  ...ESCAPES,
  ['\\w', `[${WORD}]`],
  ['\\W', `[^${WORD}]`],
  ['.', '[^\\n]'],
])

const COMPILED = new Map<string, RegExp>()

/** The same for a pattern of a definition: it is compiled once, however many fields and calls use it. */
export function patternRegExp(pattern: string): RegExp {
  let regExp = COMPILED.get(pattern)
  if (regExp === undefined) {
    regExp = rustRegExp(pattern)
    COMPILED.set(pattern, regExp)
  }
  return regExp
}
