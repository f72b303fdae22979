import type { Case } from './records.js'

/**
 * The smallest case found that still differs: pieces of the body are taken out, large ones first, for as long as what
 * is left differs too.
 */
export async function shrink(given: Case, differs: (smaller: Case) => Promise<boolean>): Promise<Case> {
  if (given.body === undefined) return given
  let smallest = given.body
  for (let size = Math.ceil(smallest.length / 2); size >= 1; ) {
    const found = await firstThatDiffers(given, smallest, size, differs)
    if (found !== undefined) smallest = found
    else if (size === 1) break
    else size = Math.ceil(size / 2)
  }
  return { ...given, body: smallest }
}

async function firstThatDiffers(
  given: Case,
  body: string,
  size: number,
  differs: (smaller: Case) => Promise<boolean>,
): Promise<string | undefined> {
  for (let start = 0; start < body.length; start += size) {
    const smaller = body.slice(0, start) + body.slice(start + size)
    if (await differs({ ...given, body: smaller })) return smaller
  }
  return undefined
}
