const GIB = 2 ** 30
const MIB = 2 ** 20

/** Bytes in readable units: `15.0 GiB`, `312 MiB`, `0`. */
export function bytes(count: number): string {
  if (count === 0) return '0'
  return count >= GIB ? `${(count / GIB).toFixed(1)} GiB` : `${(count / MIB).toFixed(0)} MiB`
}

/** A count with thousands separators: `8,030,261,248`. */
export function number(count: number): string {
  return count.toLocaleString('en-US')
}

/** A share of a whole: `12.3 %`. */
export function share(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '0.0 %'
}
