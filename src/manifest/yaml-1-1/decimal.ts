/** A value in a spelling that both versions of YAML read alike: YAML 1.1 needs a point in a number with an exponent. */
export function decimalOf(value: unknown): string {
  return String(value).replace(/^(-?\d)e/, '$1.0e')
}
