import type { Path } from '../../architecture/index.js'
import { type NameTest, regexTest, suffixTest } from './match.js'
import type { LoraOptions } from './options.js'
import { OUTPUT_EMBEDDINGS } from './output-embeddings.js'
import { prefixMatch } from './python-regex/full-match.js'

/** The meaning of a target option: all linear layers, or the modules that pass a test. */
export type Targets =
  | { readonly kind: 'all-linear' }
  | { readonly kind: 'named'; readonly test: NameTest; readonly asked: string }

/**
 * The modules that the options select.
 *
 * @param targets - `targetModules`, or the default of the family
 */
export function targetsOf(options: LoraOptions, targets: string | readonly string[]): Targets {
  if (typeof targets !== 'string') return { kind: 'named', test: listTest(targets, options), asked: targets.join(', ') }
  if (targets.toLowerCase() === 'all-linear') return { kind: 'all-linear' }
  return { kind: 'named', test: regexTest(targets, 'targetModules'), asked: targets }
}

/** The modules that `excludeModules` selects. */
export function excluded({ excludeModules }: LoraOptions): NameTest[] {
  if (!excludeModules?.length) return []
  return [typeof excludeModules === 'string' ? regexTest(excludeModules, 'excludeModules') : suffixTest(excludeModules)]
}

/** Whether a linear layer is the output embedding, which `all-linear` skips. */
export function isOutputEmbedding(path: Path): boolean {
  return OUTPUT_EMBEDDINGS.has(path.join('.'))
}

/** The rank of a module: that of the first key of `rankPattern` that matches the end of its name after a dot, else `rank`. */
export function rankOf({ rank, rankPattern = {} }: LoraOptions): number | ((name: string) => number) {
  const own = Object.entries(rankPattern).map(([pattern, value]) => ({
    regex: prefixMatch(`(.*\\.)?(${pattern})$`, 'rankPattern'),
    value,
  }))
  if (own.length === 0) return rank
  return (name) => own.find(({ regex }) => regex.test(name))?.value ?? rank
}

function listTest(targets: readonly string[], options: LoraOptions): NameTest {
  const ends = suffixTest(targets)
  const layers = layersOf(options.layersToTransform)
  if (layers === undefined) return ends
  const whole = new Set(targets)
  const layerOf = layerFinder(options.layersPattern)
  return (path) => {
    const found = ends(path)
    if (found === false) return false
    return (name) => {
      if (found !== true && !found(name)) return false
      // PEFT adapts a module with a full name in the list, whatever its layer.
      const layer = layerOf(name)
      return whole.has(name) || (layer !== undefined && layers.has(layer))
    }
  }
}

function layersOf(layers: LoraOptions['layersToTransform']): ReadonlySet<number> | undefined {
  if (layers === undefined) return undefined
  if (typeof layers === 'number') return new Set([layers])
  return layers.length > 0 ? new Set(layers) : undefined
}

/** Finds the layer index in a name: the first number after the name of a list. These are PEFT's own expressions. */
function layerFinder(layersPattern: LoraOptions['layersPattern']): (name: string) => number | undefined {
  const patterns = typeof layersPattern === 'string' ? [layersPattern] : (layersPattern ?? [])
  const regexes =
    patterns.length > 0
      ? patterns.map((pattern) => prefixMatch(`(?:^|.*?\\.)${pattern}\\.(?P<idx>\\d+)\\.`, 'layersPattern'))
      : [/^.*?\.[^.]*\.(?<idx>\d+)\./]
  return (name) => {
    for (const regex of regexes) {
      const index = regex.exec(name)?.groups?.['idx']
      if (index !== undefined) return Number(index)
    }
    return undefined
  }
}
