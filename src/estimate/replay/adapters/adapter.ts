import type { AdapterPlan } from '../../lora/adapter-plan.js'
import type { Tensor } from '../tape.js'

/** A low-rank adapter of one module: `B(A(x))`, A of `[rank, in]` and B of `[out, rank]`. */
export interface Adapter {
  readonly a: Tensor
  readonly b: Tensor
  readonly rank: number
  readonly kind: AdapterPlan['kind']
  /** AdaLoRA's singular values; VeRA's vector of `rank` elements. */
  readonly values?: Tensor
  /** The second matrix that all layers of VeRA share. Then `a` is the first, and `b` the vector of each output feature. */
  readonly shared?: Tensor
  /** DoRA's magnitude of each output feature. */
  readonly magnitude?: Tensor
  /** Whether it drops a part of its input. */
  readonly hasDropout: boolean
}

/** An adapter of a parameter that belongs to no linear layer, such as that of all experts: a pair of matrices for each of its own. */
export interface TargetedParameter {
  readonly name: string
  readonly parameter: Tensor
  readonly adapter: Pick<Adapter, 'a' | 'b'>
  /** How many matrices the parameter has. */
  readonly matrices: number
}
