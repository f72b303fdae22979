import { familyOf } from '../architecture/families/index.js'
import type { Architecture } from '../architecture/index.js'

/**
 * Refuses prefixes of a model whose queries share keys, if its config class does not say how many heads of keys there are.
 *
 * @throws RangeError that says what is missing
 */
export function refuseHiddenHeads({ family, className, dimensions, config }: Architecture): void {
  const { heads, kvHeads } = dimensions
  if (kvHeads === heads || !familyOf(family)?.hidesKeyHeads || config?.['num_key_value_heads'] !== undefined) return
  throw new RangeError(
    `PEFT takes the size of prefixes from num_key_value_heads, which the config of ${className} lacks: it stops at shared heads`,
  )
}
