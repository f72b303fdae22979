import {
  type Architecture,
  isTower,
  type Module,
  moduleGroups,
  type Part,
  type Path,
  type Shape,
} from '../../../architecture/index.js'
import { decoderLayers } from '../../shard/decoder-layers.js'

/**
 * What quantisation and parallelism treat alike: matrices of decoder layers, routed experts, routers, embeddings, output
 * embeddings, matrices of encoders of images or sound, and everything else (norms, biases, convolutions).
 */
export type WeightKind = 'matrix' | 'experts' | 'router' | 'embedding' | 'head' | 'tower' | 'other'

/** Equal parameters of equal modules. Tied parameters are not listed again. */
export interface WeightGroup {
  readonly kind: WeightKind
  readonly part: Part
  readonly path: Path
  /** The names of the module and of the parameter. */
  readonly moduleName: string
  readonly parameterName: string
  readonly shape: Shape
  /** Elements of one parameter. */
  readonly elements: number
  readonly count: number
  /** The size of a row, along which elements share scales. */
  readonly rowSize: number
  /** The decoder layers that it is in; absent for everything outside them. */
  readonly layers?: readonly number[]
}

/** The parameters of a model in groups, with what serving needs to know about each. */
export function weightGroups(model: Architecture): WeightGroup[] {
  const lists = new Set(decoderLayers(model).map(({ indices }) => indices))
  const groups: WeightGroup[] = []
  for (const { path, module, count, part, routed } of moduleGroups(model)) {
    for (const [parameterName, shape] of Object.entries(module.parameters ?? {})) {
      if (module.ties?.[parameterName] !== undefined) continue
      const kind = kindOf(module, parameterName, shape, { part, routed: routed !== undefined, name: nameOf(path) })
      const layers = path.find((step): step is readonly number[] => typeof step !== 'string' && lists.has(step))
      groups.push({
        kind,
        part,
        path,
        moduleName: nameOf(path),
        parameterName,
        shape,
        elements: shape.reduce((product, size) => product * size, 1),
        count,
        rowSize: module.linear?.inFeatures ?? shape.at(-1) ?? 1,
        ...(layers && { layers }),
      })
    }
  }
  return groups
}

function nameOf(path: Path): string {
  return String(path.filter((step) => typeof step === 'string').at(-1) ?? '')
}

function kindOf(
  { linear }: Module,
  parameter: string,
  shape: Shape,
  { part, routed, name }: { readonly part: Part; readonly routed: boolean; readonly name: string },
): WeightKind {
  if (isTower(part)) return linear && parameter === 'weight' ? 'tower' : 'other'
  if (part === 'embedding') return 'embedding'
  if (linear) {
    if (parameter !== 'weight') return 'other'
    if (part === 'head') return 'head'
    if (part === 'experts' && ROUTERS.test(name)) return 'router'
    return routed ? 'experts' : 'matrix'
  }
  if (part !== 'experts') return 'other'
  if (/bias$/.test(parameter)) return 'other'
  // Experts that share a tensor are not linear layers: [experts, …, …], or DBRX's [experts × …, …].
  if (routed || shape.length >= 3) return shape.length >= 3 || DBRX.test(parameter) ? 'experts' : 'other'
  return shape.length === 2 ? 'router' : 'other'
}

/** The names of routers, and of the gates of shared experts. Checkpoints keep both in 16 bits: an error there sends tokens astray. */
const ROUTERS = /^(?:gate|router|wg|classifier|shared_expert_gate|layer|proj)$/

const DBRX = /^[wv][12]$/
