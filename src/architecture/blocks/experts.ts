import type { MoeDimensions } from '../architecture.js'
import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, repeated } from '../module.js'
import { statedSparseLayers } from './layer-types.js'

/** The sizes of a mixture of experts: a router sends each token to a few of many networks (arXiv:1701.06538). */
export interface ExpertsOptions {
  readonly experts: number
  /** The number of experts that one token is sent to. Absent: all count as active. */
  readonly expertsPerToken: number | undefined
}

/** The sizes of experts whose weights are fused: one tensor holds the same matrix of all experts. */
export interface FusedExpertsOptions extends ExpertsOptions {
  readonly hiddenSize: number
  readonly ffnSize: number
}

/** A mixture of experts: many feed-forward networks instead of one, of which a token uses few. */
export interface Mixture {
  readonly routing: ExpertsOptions
  /** The width of one expert. */
  readonly ffnSize: number
  /** The number of shared experts, which all tokens pass through. Default: none. */
  readonly shared?: number
  /** The block; `undefined` if the config has no experts. */
  readonly block: Module | undefined
  /** Which layers have it. Default: all. */
  readonly isSparse?: (index: number) => boolean
}

/** The block of a mixture: its router, its experts and its shared experts. */
export function expertsBlock(type: string, children: Children): Module {
  return container(type, children, { part: 'experts' })
}

/** A list of experts, each with its own modules. */
export function experts(options: ExpertsOptions, expert: Module): Module {
  return repeated(options.experts, { ...expert, part: 'experts' }, { part: 'experts', ...routing(options) })
}

/** Gated experts in two three-dimensional tensors, `[experts, out, in]`. They are not linear layers. */
export function fusedExperts(options: FusedExpertsOptions): Module {
  const { experts: count, hiddenSize, ffnSize } = options
  return {
    type: 'Experts',
    parameters: { gate_up_proj: [count, 2 * ffnSize, hiddenSize], down_proj: [count, hiddenSize, ffnSize] },
    part: 'experts',
    ...routing(options),
  }
}

/** The same, transposed: `[experts, in, out]`, used by Llama 4 and gpt-oss. */
export function fusedExpertsTransposed(options: FusedExpertsOptions, { bias = false } = {}): Module {
  const { experts: count, hiddenSize, ffnSize } = options
  const up = {
    gate_up_proj: [count, hiddenSize, 2 * ffnSize],
    ...(bias && { gate_up_proj_bias: [count, 2 * ffnSize] }),
  }
  const down = { down_proj: [count, ffnSize, hiddenSize], ...(bias && { down_proj_bias: [count, hiddenSize] }) }
  return {
    type: 'Experts',
    parameters: { ...up, ...down },
    part: 'experts',
    ...routing(options),
  }
}

/** A router with its own weight instead of a linear layer. */
export function router(experts: number, hiddenSize: number, { bias = false } = {}): Module {
  const weight = [experts, hiddenSize]
  return { type: 'Router', parameters: bias ? { weight, bias: [experts] } : { weight } }
}

/**
 * The block of a mixture with fused experts behind a router with its own weight, and its shared experts.
 *
 * @param order - whether the class makes the router behind the experts
 */
export function fusedMixture(
  type: string,
  options: FusedExpertsOptions,
  shared: Children = {},
  order: { readonly routerLast?: boolean } = {},
): Module {
  const gate = router(options.experts, options.hiddenSize)
  const fused = fusedExperts(options)
  return expertsBlock(type, {
    ...(order.routerLast ? { experts: fused, gate } : { gate, experts: fused }),
    ...shared,
  })
}

/** The layers with experts: those that `mlp_layer_types` lists, or all from `first` on. */
export function sparseFrom(config: ConfigReader, first: number): (index: number) => boolean {
  return statedSparseLayers(config) ?? ((index) => index >= first)
}

/** The layers with experts in Qwen's models: every n-th layer, except those that `mlp_only_layers` lists. */
export function qwenSparseLayers(config: ConfigReader, routing: ExpertsOptions): (index: number) => boolean {
  const dense = new Set(config.integers('mlp_only_layers') ?? [])
  const step = config.positive('decoder_sparse_step', 1)
  return (index) => routing.experts > 0 && !dense.has(index) && (index + 1) % step === 0
}

/** The tensors into which transformers 5 merged the linear layers of a router and of gated experts. */
export const MERGED_GATED_EXPERTS = {
  gate: 'gate.weight',
  gate_proj: 'gate_up_proj',
  up_proj: 'gate_up_proj',
  down_proj: 'down_proj',
}

/** A mixture of experts in the terms of `MoEConfig`; `undefined` if no layer has one. */
export function moeDimensions(
  options: ExpertsOptions,
  { layers, ffnSize, shared = 0 }: { readonly layers: number; readonly ffnSize: number; readonly shared?: number },
): MoeDimensions | undefined {
  const { experts: count, expertsPerToken = count } = options
  if (layers === 0 || count === 0) return undefined
  return { experts: count, expertsPerToken, expertLayers: layers, expertFfnSize: ffnSize, sharedExperts: shared }
}

function routing({ experts: count, expertsPerToken }: ExpertsOptions): Pick<Module, 'routed'> {
  return count && expertsPerToken ? { routed: { experts: count, expertsPerToken } } : {}
}
