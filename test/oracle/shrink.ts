import type { Case } from './records.js'

/**
 * The smallest case found that still differs: pieces of the body are taken out, large ones first, for as long as what
 * is left differs too.
 */
export async function shrink(given: Case, differs: (smaller: Case) => Promise<boolean>): Promise<Case> {
  const { base64 } = given
  if (base64 !== undefined) {
    const withBytes = (bytes: number[]): Case => ({ ...given, base64: Buffer.from(bytes).toString('base64') })
    return withBytes(await shortest([...Buffer.from(base64, 'base64')], (bytes) => differs(withBytes(bytes))))
  }
  const withText = (characters: string[]): Case => ({ ...given, body: characters.join('') })
  return withText(await shortest([...(given.body ?? '')], (characters) => differs(withText(characters))))
}

async function shortest<T>(pieces: T[], differs: (fewer: T[]) => Promise<boolean>): Promise<T[]> {
  let least = pieces
  for (let size = Math.ceil(least.length / 2); size >= 1; ) {
    const fewer = await firstThatDiffers(least, size, differs)
    if (fewer !== undefined) least = fewer
    else if (size === 1) break
    else size = Math.ceil(size / 2)
  }
  return least
}

async function firstThatDiffers<T>(
  pieces: T[],
  size: number,
  differs: (fewer: T[]) => Promise<boolean>,
): Promise<T[] | undefined> {
  for (let start = 0; start < pieces.length; start += size) {
    const fewer = pieces.toSpliced(start, size)
    if (await differs(fewer)) return fewer
  }
  return undefined
}
