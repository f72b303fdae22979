/**
 * How two values of plain data differ, one line for each place. The order of keys counts where it is the order of fields
 * (`properties`) and that of lists always; elsewhere keys have none.
 */
export function differences(actual: unknown, expected: unknown, place = ''): string[] {
  if (!isContainer(actual) || !isContainer(expected) || Array.isArray(actual) !== Array.isArray(expected)) {
    return Object.is(actual, expected) ? [] : [`${place}: ${text(actual)} in place of ${text(expected)}`]
  }
  const keys = Object.keys(actual)
  const expectedKeys = Object.keys(expected)
  const found = [...new Set([...expectedKeys, ...keys])].flatMap((key) => {
    const inside = `${place}/${key}`
    if (!Object.hasOwn(actual, key)) return [`${inside}: missing, expected ${text(expected[key])}`]
    if (!Object.hasOwn(expected, key)) return [`${inside}: ${text(actual[key])} where nothing is expected`]
    return differences(actual[key], expected[key], inside)
  })
  if (found.length > 0 || !/\/(properties|schemas)$/.test(place) || keys.join() === expectedKeys.join()) return found
  return [`${place}: in the order ${keys.join()} in place of ${expectedKeys.join()}`]
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined'
}
