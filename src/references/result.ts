/** The result of every reference parser: the parts, or one precise error. */

/** Why a text is not a valid reference: what was found, where, and what was expected. */
export interface ReferenceProblem {
  /** One readable sentence with the place, what was found and what was expected. */
  readonly message: string
  /** The place in UTF-16 code units from the start. The length of the text if something is missing at the end. */
  readonly offset: number
  /** What was found there: a quoted character, `the end`, or a length. */
  readonly found: string
  /** What is valid there. */
  readonly expected: string
}

/** The result of a reference parser. */
export type ReferenceResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ReferenceProblem }

/** A parser of one kind of reference. */
export type ReferenceParser<Value> = (text: string) => ReferenceResult<Value>

export function accepted<Value>(value: Value): ReferenceResult<Value> {
  return { ok: true, value }
}

export function refused(what: string, problem: Omit<ReferenceProblem, 'message'>): ReferenceResult<never> {
  const { offset, found, expected } = problem
  return {
    ok: false,
    error: { message: `${what}: expected ${expected} at offset ${offset}, found ${found}`, ...problem },
  }
}

/** The character at an offset, readable: quoted, escaped if it does not print, or `the end`. */
export function foundAt(text: string, offset: number, end: number = text.length): string {
  if (offset >= end) return 'the end'
  return JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0))
}

/**
 * Checks a formatted reference with its own parser: it must parse, and give the same parts.
 *
 * @throws RangeError if the parts do not form a reference, with the message of the parser
 */
export function formatted<Value>(
  text: string,
  parse: ReferenceParser<Value>,
  isSame: (read: Value) => boolean = () => true,
): string {
  const result = parse(text)
  const shown = JSON.stringify(text.slice(0, 300))
  if (!result.ok) throw new RangeError(`${shown} does not parse: ${result.error.message}`)
  if (!isSame(result.value))
    throw new RangeError(`${shown} would parse as different parts: ${JSON.stringify(result.value)}`)
  return text
}
