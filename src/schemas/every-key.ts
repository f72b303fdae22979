/** Whether the keys of `patternProperties` are the one pattern that TypeBox 1 or 0.34 writes for any key. */
export function isEveryKey(patterns: readonly string[]): boolean {
  const [pattern = '', ...more] = patterns
  return more.length === 0 && EVERY_KEY.has(pattern)
}

const EVERY_KEY: ReadonlySet<string> = new Set(['^.*$', '^(.*)$'])
