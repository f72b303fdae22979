/**
 * Numbers of a JSON text that JavaScript's own values cannot hold: an integer beyond 2^53 - 1 is a `bigint`, and, for strict mode, a
 * whole number that is written with a fraction or an exponent is a {@link WrittenFloat}.
 */

/** A whole number that is written as a float, such as `1.0`: no integer to strict mode. */
export class WrittenFloat extends Number {}

/** An integer as `int_parsing_size` shows it: with every digit, in a text if no number has them all. */
export function exactInteger(integer: bigint): number | string {
  const nearest = Number(integer)
  return Number.isFinite(nearest) && BigInt(nearest) === integer ? nearest : String(integer)
}
