import { type Architecture, modules, parameters, ties } from '../../../architecture/index.js'
import { isOnlyInTransformers5 } from '../../../architecture/newer-types.js'
import { headOf } from '../submodules.js'
import type { PackedStorage } from './packed-storage.js'

/**
 * The modules whose weights are in `storage`: all linear layers but those that transformers keeps.
 *
 * @param hasOnlyLayers - whether the head, which it keeps, is in another part of the model
 */
export function packedModules(
  architecture: Architecture,
  storage: PackedStorage | undefined,
  hasOnlyLayers = false,
): ReadonlySet<string> {
  const packed = new Set<string>()
  if (storage === undefined) return packed
  const isKept = isOnlyInTransformers5(architecture.family) ? keptIn5(architecture) : keptIn4(architecture)
  for (const { name, module } of modules(architecture))
    if (module.linear && (hasOnlyLayers || !isKept(name))) packed.add(name)
  return packed
}

type Names = (module: string) => boolean

/**
 * transformers 4.57 (`get_keys_to_not_convert` and `_replace_with_bnb_linear` of `integrations/bitsandbytes.py`): what is tied and the last module;
 * where nothing is tied the output embedding alone, or the last module of a class without one. A tied bias of a head keeps all of the head.
 */
function keptIn4(architecture: Architecture): Names {
  const shared = sharedParameters(architecture)
  const output = shared.length === 0 ? outputEmbedding(architecture) : undefined
  const keys = output === undefined ? [...shared, lastParameter(architecture)].map(withoutEnd) : [output]
  const names = new Set(keys)
  const insides = keys.map((key) => `${key}.`)
  return (module) => {
    const own = module.slice(module.lastIndexOf('.') + 1)
    return names.has(module) || names.has(own) || insides.some((inside) => module.includes(inside))
  }
}

/** transformers 5.24 (`get_keys_to_not_convert` of `quantizers/base.py`, `should_convert_module`): all of these, but a bias means itself alone. */
function keptIn5(architecture: Architecture): Names {
  const output = outputEmbedding(architecture)
  const all = [...sharedParameters(architecture), lastParameter(architecture)].map((name) =>
    name.replace(/\.weight$/, ''),
  )
  const keys = output === undefined ? all : [...all, output]
  return (module) => keys.some((key) => module.endsWith(key) || module.startsWith(`${key}.`))
}

/** The names of all parameters that share a tensor. */
function sharedParameters(architecture: Architecture): string[] {
  return [...ties(architecture)].flatMap(({ name, to }) => [name, to])
}

function lastParameter(architecture: Architecture): string {
  let last = ''
  for (const { name } of parameters(architecture)) last = name
  return last
}

function withoutEnd(parameter: string): string {
  return parameter.replace('.weight', '').replace('.bias', '')
}

/** The layer that makes a score for each word; absent if the class has none. */
function outputEmbedding(architecture: Architecture): string | undefined {
  const head = headOf(architecture)
  if (head?.module.linear) return head.name
  const { vocabSize } = architecture.dimensions
  for (const { name, module } of modules(architecture)) if (module.linear?.outFeatures === vocabSize) return name
  return undefined
}
