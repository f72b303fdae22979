/**
 * The rules of a version: those of the newest row that is not newer.
 *
 * @throws RangeError for a version older than all rows, or none
 */
export function sinceVersion<Rules>(rows: readonly (readonly [since: string, rules: Rules])[], version: string): Rules {
  const found = rows.find(([since]) => compareVersions(version, since) >= 0)
  if (found) return found[1]
  const oldest = rows.at(-1)?.[0]
  throw new RangeError(`\`engineVersion\` should be ${oldest} or newer, not ${JSON.stringify(version)}`)
}

/** Compares versions number by number: `0.9` is older than `0.11`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbers(version: string): number[] {
  if (!/^\d{1,4}(?:\.\d{1,6}){0,3}(?:\.?post\d+)?$/.test(version))
    throw new RangeError(`\`engineVersion\` should be a version such as 0.11 or 0.5.9, not ${JSON.stringify(version)}`)
  return version.split('.').map((part) => Number(/^\d+/.exec(part)?.[0] ?? 0))
}
