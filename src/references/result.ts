/** What every reference parser answers: the parts, or one precise error. Shared by all rows of the grammar. */

/** Why a text is no reference: what was found, where, and what the grammar expects there. */
export interface ReferenceProblem {
  /** One sentence for a person, with place, found and expected in it. */
  readonly message: string
  /** Where in the text, in UTF-16 code units from its start; the length of the text when something lacks at the end. */
  readonly offset: number
  /** What stands there: a quoted character, `the end`, or a length. */
  readonly found: string
  /** What the grammar accepts there. */
  readonly expected: string
}

/** The answer of a reference parser. */
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

/** The character at an offset as a person reads it: quoted, escaped where it does not print, or `the end`. */
export function foundAt(text: string, offset: number, end: number = text.length): string {
  if (offset >= end) return 'the end'
  return JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0))
}

/**
 * The text of a reference, checked by its own parser: what is written can be read, and reads as the same parts.
 *
 * @throws RangeError when the parts do not make a reference, in the words of the parser
 */
export function formatted<Value>(
  text: string,
  parse: ReferenceParser<Value>,
  isSame: (read: Value) => boolean = () => true,
): string {
  const result = parse(text)
  const shown = JSON.stringify(text.slice(0, 300))
  if (!result.ok) throw new RangeError(`${shown} cannot be read back: ${result.error.message}`)
  if (!isSame(result.value))
    throw new RangeError(`${shown} would be read back as other parts: ${JSON.stringify(result.value)}`)
  return text
}
