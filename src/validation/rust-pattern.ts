/**
 * Compiles a pattern with the meaning of Rust's `regex`, which pydantic uses: `\w`, `\d` and `\s` are Unicode, and `.` is any
 * character except a line feed. A runtime with older Unicode tables knows fewer letters.
 *
 * @throws SyntaxError if the pattern is invalid, or JavaScript cannot express it (`\W` inside brackets)
 */
export function rustRegExp(pattern: string): RegExp {
  let source = ''
  let isInClass = false
  for (const [token] of pattern.matchAll(/\\?./gsu)) {
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

/** `\W` becomes something invalid, because JavaScript has no nested classes. */
const IN_CLASS: ReadonlyMap<string, string> = new Map([...ESCAPES, ['\\w', WORD], ['\\W', '\\p{W}']])

const OUTSIDE: ReadonlyMap<string, string> = new Map([
  ...ESCAPES,
  ['\\w', `[${WORD}]`],
  ['\\W', `[^${WORD}]`],
  ['.', '[^\\n]'],
])

const COMPILED = new Map<string, RegExp>()

/** The same for a pattern of a definition, compiled once for all fields and calls. */
export function patternRegExp(pattern: string): RegExp {
  let regExp = COMPILED.get(pattern)
  if (regExp === undefined) {
    regExp = rustRegExp(pattern)
    COMPILED.set(pattern, regExp)
  }
  return regExp
}
