import { type Architecture, modules, type Shape } from '../../../architecture/index.js'
import type { AdapterPlan } from '../../lora/adapter-plan.js'
import type { ComputeDtype } from '../dtype.js'
import { moduleOf } from '../parameter-names.js'
import type { Tensor } from '../tape.js'
import type { Wanted, WeightOptions } from '../weight-options.js'
import type { Adapter, TargetedParameter } from './adapter.js'

/** How the tensors of adapters are allocated. */
interface Allocate {
  readonly parameter: (wanted: Wanted) => Tensor
  /** A tensor that nothing trains or shards. */
  readonly buffer: (elements: number, dtype: ComputeDtype) => Tensor
}

/** Allocates the adapters of a plan, by the name of their module. */
export function adapterWeights(
  architecture: Architecture,
  { adapters, adapterDtype: dtype, division }: WeightOptions,
  allocate: Allocate,
): ReadonlyMap<string, Adapter> {
  const { hasDropout, kind } = adapters
  const made = new Map<string, Adapter>()
  const pair = kind === 'vera' ? sharedPair(architecture, adapters, dtype, allocate) : undefined
  for (const { name, module } of modules(architecture)) {
    const rank = adapters.rankOf(name)
    const sizes = module.linear ?? embeddingSizes(module.type, module.parameters?.['weight'])
    // PEFT finds a module that layers share once.
    if (!rank || !sizes || module.sharedWith !== undefined) continue
    const { inFeatures, outFeatures } = sizes
    const isUsed = module.type !== BYPASSED
    const trained = (shape: Shape, isSecond = false) =>
      allocate.parameter({ name, shape, dtype, trained: isUsed, isAdapter: true, isSecond, isIdle: true })
    if (pair) {
      const b = trained([outFeatures])
      made.set(name, { a: pair.a, b, rank, kind, hasDropout, values: trained([rank]), shared: pair.b })
      continue
    }
    const way = division?.shares && division.wayOf(name)
    const part = Math.ceil(rank / (division?.ranks ?? 1))
    const a = trained([way === 'columns' ? part : rank, inFeatures])
    const b = trained([outFeatures, way === 'rows' ? part : rank], true)
    const values = kind === 'adalora' ? { values: trained([rank, 1]) } : {}
    // The current rank, a parameter that is not trained.
    if (kind === 'adalora') allocate.parameter({ name, shape: [1], dtype, trained: false, isAdapter: true })
    const magnitude = adapters.isDora ? { magnitude: trained([outFeatures]) } : {}
    made.set(name, { a, b, rank, kind, hasDropout, ...values, ...magnitude })
  }
  return made
}

/** A parameter with an adapter of its own, and how the adapter's matrices are allocated. */
export interface OfParameter {
  readonly parameter: Tensor
  readonly trained: (shape: Shape, isSecond: boolean) => Tensor
}

/**
 * Allocates the adapters of parameters (`ParamWrapper` of PEFT), by the name of their module: those of all matrices of a parameter are one
 * pair of linear layers.
 *
 * @param shapes - of all parameters, by name
 */
export function targetedParameters(
  shapes: ReadonlyMap<string, Shape>,
  { adapters }: WeightOptions,
  allocate: (name: string) => OfParameter,
): ReadonlyMap<string, readonly TargetedParameter[]> {
  const made = new Map<string, TargetedParameter[]>()
  if (!adapters.hasParameters) return made
  for (const [name, shape] of shapes) {
    const rank = adapters.rankOfParameter(name)
    if (!rank) continue
    const [outFeatures = 1, inFeatures = 1] = shape.slice(-2)
    const matrices = shape.length > 2 ? (shape[0] ?? 1) : 1
    const { parameter, trained } = allocate(name)
    const a = trained([rank * matrices, inFeatures], false)
    const b = trained([outFeatures, rank * matrices], true)
    const module = moduleOf(name)
    made.set(module, [...(made.get(module) ?? []), { name, parameter, adapter: { a, b }, matrices }])
  }
  return made
}

/** A linear layer whose weight torch's `nn.MultiheadAttention` reads itself, so that an adapter of it computes nothing. */
const BYPASSED = 'NonDynamicallyQuantizableLinear'

/** The two frozen matrices of VeRA, as large as the largest layer needs: buffers that nothing shards. */
function sharedPair(architecture: Architecture, adapters: AdapterPlan, dtype: ComputeDtype, { buffer }: Allocate) {
  let [rank, inFeatures, outFeatures] = [0, 0, 0]
  for (const { name, module } of modules(architecture)) {
    const own = adapters.rankOf(name)
    if (!own || !module.linear) continue
    rank = own
    inFeatures = Math.max(inFeatures, module.linear.inFeatures)
    outFeatures = Math.max(outFeatures, module.linear.outFeatures)
  }
  return { a: buffer(rank * inFeatures, dtype), b: buffer(outFeatures * rank, dtype) }
}

/** An embedding seen as a layer: from tokens to features. */
function embeddingSizes(type: string, weight: Shape | undefined) {
  if (type !== 'Embedding' || !weight) return undefined
  const [inFeatures = 0, outFeatures = 0] = weight
  return { inFeatures, outFeatures }
}
