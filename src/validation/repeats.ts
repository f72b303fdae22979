/** Refuses a value whose shared objects make it endless to walk: `a = [x, x]; b = [a, a]; …` doubles with every line. */

/** The most values that may be repeats of a shared array or object. A manifest's aliases have the same limit. */
const MOST_REPEATS = 1_000_000

/**
 * @throws TypeError if the JSON text of a value has more than a million values that stand in it again only because arrays and
 *   objects are shared. A value that contains itself is refused elsewhere
 */
export function refuseRepeats(root: object): void {
  const sizes = new Map<object, number>()
  let distinct = 0
  const open: Opened[] = [opened(root)]
  sizes.set(root, 0)
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const item = top.items[top.next]
    if (top.next < top.items.length) {
      top.next += 1
      const size = typeof item === 'object' && item !== null ? sizes.get(item) : 1
      if (size !== undefined) top.size += size
      else if (typeof item === 'object' && item !== null) {
        sizes.set(item, 0)
        open.push(opened(item))
      }
      continue
    }
    open.pop()
    distinct += top.items.length
    sizes.set(top.value, top.size)
    const parent = open.at(-1)
    if (parent !== undefined) parent.size += top.size
  }
  if ((sizes.get(root) ?? 0) - distinct <= MOST_REPEATS) return
  throw new TypeError(
    'the value contains the same arrays or objects so many times that its JSON text would have more than a million repeated values',
  )
}

/** An array or object that is being counted. `size` is the number of values in its JSON text so far, itself included. */
interface Opened {
  readonly value: object
  readonly items: readonly unknown[]
  next: number
  size: number
}

function opened(value: object): Opened {
  return { value, items: Object.values(value), next: 0, size: 1 }
}
