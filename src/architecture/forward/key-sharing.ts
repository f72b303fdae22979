import type { KeySharing } from './attention.js'

/** The last layers take keys and values of the last one before them that has their type (`kv_sharing_modes` of Gemma 4). */
export function keySharing(types: readonly string[], firstTaking: number): Pick<KeySharing, 'stored' | 'taken'> {
  const own = types.slice(0, firstTaking)
  const taken = [...types.keys()].slice(firstTaking).map((index) => [index, own.lastIndexOf(types[index] ?? '')])
  return {
    stored: [...new Set(own)].map((type) => own.lastIndexOf(type)),
    taken: Object.fromEntries(taken),
  }
}
