/**
 * Numbers in a JSON text that a JavaScript number cannot represent: an integer beyond 2^53 - 1 is a `bigint`. For strict mode, a whole
 * number written with a fraction or an exponent is a {@link WrittenFloat}.
 */

/** A whole number written as a float, such as `1.0`. Strict mode does not accept it as an integer. */
export class WrittenFloat extends Number {}

/** An integer as `int_parsing_size` shows it: with every digit, as text if a number cannot hold it. */
export function exactInteger(integer: bigint): number | string {
  const nearest = Number(integer)
  return Number.isFinite(nearest) && BigInt(nearest) === integer ? nearest : String(integer)
}
