import { type Architecture, moduleGroups, type Path } from '../../architecture/index.js'
import type { ModelSpec } from '../../schemas/index.js'

/** What LoRA needs of a `ModelSpec`: its family and its linear layers. */
export type SpecWithLayers = Pick<ModelSpec, 'family' | 'linear_layers'> &
  Partial<Pick<ModelSpec, 'tied_embeddings' | 'mamba_config'>>

/** Identical modules that can get an adapter, or that a target can name by mistake. */
export interface Candidate {
  /** Their path; a set of indices means one module for each index. */
  readonly path: Path
  readonly count: number
  /** Their class in torch. */
  readonly type: string
  /** The shape that an adapter needs; absent if PEFT does not support LoRA on the module. */
  readonly layer?: AdaptedLayer
}

/** A layer that LoRA can adapt. */
export interface AdaptedLayer {
  readonly kind: 'linear' | 'embedding'
  readonly inFeatures: number
  readonly outFeatures: number
  /** Parameters of its bias; `undefined` if a `ModelSpec` does not tell. */
  readonly biasParameters: number | undefined
}

/** All modules of an architecture, or the linear layers that a `ModelSpec` lists. */
export function candidatesOf(model: Architecture | SpecWithLayers): Candidate[] {
  return 'root' in model ? [...ofArchitecture(model)] : ofModelSpec(model)
}

function* ofArchitecture(architecture: Architecture): Generator<Candidate> {
  for (const { path, module, count } of moduleGroups(architecture)) {
    // torch lists a module once, under its first name.
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

function ofModelSpec({ linear_layers: layers }: SpecWithLayers): Candidate[] {
  if (!layers) throw new TypeError('This ModelSpec has no linear_layers, which are needed to count LoRA parameters')
  return layers.map(({ name, in_features: inFeatures, out_features: outFeatures }) => ({
    path: name.split('.'),
    count: 1,
    type: 'Linear',
    layer: { kind: 'linear', inFeatures, outFeatures, biasParameters: undefined },
  }))
}
