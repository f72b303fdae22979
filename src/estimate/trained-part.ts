import { type Architecture, parameterGroups } from '../architecture/index.js'
import { isOfAttention } from './attention-parameters.js'
import type { TrainedPart } from './finetuning-run.js'
import { decoderLayers } from './shard/decoder-layers.js'

/** Which parameters are trained, by name. */
export interface TrainedNames {
  readonly trains: (parameter: string) => boolean
  /** What is trained in a layer, if that depends on the layer: equal texts for layers that are alike. */
  readonly kindOf: (layer: string) => string
}

/**
 * Finds the parameters of a part of a model.
 *
 * @param layers - how many of the last layers: for `top-layers` only. Default: 1
 * @throws RangeError if the model has nothing of that kind, or fewer layers
 */
export function trainedPart(model: Architecture, part: TrainedPart, layers = 1): TrainedNames {
  const found = PARTS[part](model, layers)
  if (![...parameterGroups(model)].some(({ path }) => found.trains(path.map(first).join('.'))))
    throw new RangeError(`${model.className} has nothing to train: it has no ${part}`)
  return found
}

const first = (step: string | readonly number[]): string => (typeof step === 'string' ? step : String(step.at(-1)))

const PARTS: Readonly<Record<TrainedPart, (model: Architecture, layers: number) => TrainedNames>> = {
  'top-layers': topLayers,
  biases: () => ({ trains: (name) => name.endsWith('.bias'), kindOf: () => '' }),
  attention: (model) => {
    const names = new Set<string>()
    const isTrained = isOfAttention(model)
    for (const group of parameterGroups(model)) {
      if (isTrained(group)) names.add(group.path.map((step) => (typeof step === 'string' ? step : '#')).join('.'))
    }
    return { trains: (name) => names.has(name.replace(/(?<=\.)\d+(?=\.|$)/g, '#')), kindOf: () => '' }
  },
}

function topLayers(model: Architecture, count: number): TrainedNames {
  const items = decoderLayers(model)
  const indices = items.flatMap((item) => item.indices).sort((a, b) => b - a)
  if (count > indices.length)
    throw new RangeError(`\`layers\` is ${count}, but the model has ${indices.length} decoder layers`)
  const prefix = listName(model)
  const top = new Set(indices.slice(0, count).map((index) => `${prefix}${index}`))
  const layerOf = (name: string) => {
    const end = name.indexOf('.', prefix.length)
    return end < 0 ? name : name.slice(0, end)
  }
  const trains = (name: string) => name.startsWith(prefix) && top.has(layerOf(name))
  return { trains, kindOf: (layer) => String(trains(layer)) }
}

/** The name of the list of decoder layers, with the dot behind it. */
function listName(model: Architecture): string {
  const list = decoderLayers(model)
  const find = (module: Architecture['root'], name: string): string | undefined => {
    if (module.items === list) return `${name}.`
    for (const [key, child] of Object.entries(module.children ?? {})) {
      const found = find(child, name === '' ? key : `${name}.${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return find(model.root, '') ?? ''
}
