import type { Architecture } from './architecture.js'
import { familyOf } from './families/index.js'
import { isTower, type Module } from './module.js'

/**
 * What a model does with a text. A decoder writes token by token, and caches what it computed for the tokens before. An
 * encoder reads the whole text at once, and caches nothing. An encoder-decoder also caches the keys and values of what its
 * encoder has read.
 */
export type Role = 'decoder' | 'encoder' | 'encoder-decoder'

/** The role of a model, from the names of its stacks; for an encoder without such a name, from its family. */
export function roleOf(model: Pick<Architecture, 'family' | 'root' | 'config'>): Role {
  const stacks = stacksIn(model.root)
  if (stacks.has('encoder') && stacks.has('decoder')) return 'encoder-decoder'
  // BERT's encoder becomes a decoder by its config alone.
  if (model.config?.['is_decoder'] === true) return 'decoder'
  return (familyOf(model.family)?.encodes ?? stacks.has('encoder')) ? 'encoder' : 'decoder'
}

/** The names `encoder` and `decoder` among the modules that hold a list of layers, outside the towers. */
function stacksIn(root: Module): Set<string> {
  const found = new Set<string>()
  const visit = (module: Module, stack: string | undefined): void => {
    if (isTower(module.part)) return
    if (module.items && stack !== undefined) found.add(stack)
    for (const [name, child] of Object.entries(module.children ?? {})) {
      visit(child, name === 'encoder' || name === 'decoder' ? name : stack)
    }
  }
  visit(root, undefined)
  return found
}
