import { type Architecture, moduleGroups, type Path } from '../../architecture/index.js'
import type { ModelSpec } from '../../schemas/index.js'

/** Equal modules that an adapter may be put on, or that a target may name by mistake. */
export interface Candidate {
  /** Where they stand; an index set stands for each of its numbers. */
  readonly path: Path
  readonly count: number
  /** What torch calls them. */
  readonly type: string
  /** What an adapter sees; absent where PEFT has no LoRA for the module. */
  readonly layer?: AdaptedLayer
}

/** A layer that LoRA can be put on. */
export interface AdaptedLayer {
  readonly kind: 'linear' | 'embedding'
  readonly inFeatures: number
  readonly outFeatures: number
  /** Parameters of its bias; `undefined` where a `ModelSpec` does not tell. */
  readonly biasParameters: number | undefined
}

/** All modules of an architecture, or the linear layers that a `ModelSpec` lists. */
export function candidatesOf(model: Architecture | ModelSpec): Candidate[] {
  return 'root' in model ? [...ofArchitecture(model)] : ofModelSpec(model)
}

/** Every name that a path stands for. */
export function* namesOf(path: Path): Generator<string> {
  yield* namesFrom(path, 0, '')
}

/** One of the names that a path stands for. */
export function firstName(path: Path): string {
  return path.map((component) => (typeof component === 'string' ? component : String(component[0]))).join('.')
}

function* ofArchitecture(architecture: Architecture): Generator<Candidate> {
  for (const { path, module, count } of moduleGroups(architecture)) {
    // Torch lists a module once, under the first of its names.
    if (path.length === 0 || module.sharedWith !== undefined) continue
    const { type, linear, parameters } = module
    const weight = parameters?.['weight']
    if (linear) {
      const biasParameters = parameters?.['bias']?.[0] ?? 0
      const { inFeatures, outFeatures } = linear
      yield { path, count, type, layer: { kind: 'linear', inFeatures, outFeatures, biasParameters } }
    } else if (type === 'Embedding' && weight) {
      const [inFeatures = 0, outFeatures = 0] = weight
      yield { path, count, type, layer: { kind: 'embedding', inFeatures, outFeatures, biasParameters: 0 } }
    } else {
      yield { path, count, type }
    }
  }
}

function ofModelSpec({ linear_layers: layers }: ModelSpec): Candidate[] {
  if (!layers) throw new TypeError('This ModelSpec has no linear_layers: without them LoRA cannot be counted')
  return layers.map(({ name, in_features: inFeatures, out_features: outFeatures }) => ({
    path: name.split('.'),
    count: 1,
    type: 'Linear',
    layer: { kind: 'linear', inFeatures, outFeatures, biasParameters: undefined },
  }))
}

function* namesFrom(path: Path, place: number, prefix: string): Generator<string> {
  const component = path[place]
  if (component === undefined) {
    yield prefix
    return
  }
  const choices = typeof component === 'string' ? [component] : component
  for (const choice of choices) yield* namesFrom(path, place + 1, place === 0 ? `${choice}` : `${prefix}.${choice}`)
}
