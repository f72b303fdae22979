import type { MoeDimensions } from '../architecture.js'
import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, repeated } from '../module.js'

/** The sizes of a mixture of experts: of many networks, a router sends each token to a few (arXiv:1701.06538). */
export interface ExpertsOptions {
  readonly experts: number
  /** How many of them one token is sent to; where it is not known, all count as active. */
  readonly expertsPerToken: number | undefined
}

/** The sizes of experts whose weights lie in one tensor each. */
export interface FusedExpertsOptions extends ExpertsOptions {
  readonly hiddenSize: number
  readonly ffnSize: number
}

/** A mixture of experts: in place of one feed-forward network many, of which a token uses few. */
export interface Mixture {
  readonly routing: ExpertsOptions
  /** The width of one expert. */
  readonly ffnSize: number
  /** How many experts all tokens pass through besides. Default: none. */
  readonly shared?: number
  /** The block; `undefined` where the config leaves none of it. */
  readonly block: Module | undefined
  /** Which layers have it. Default: all. */
  readonly isSparse?: (index: number) => boolean
}

/** The block of a mixture: its router, its experts and those that all tokens pass through. */
export function expertsBlock(type: string, children: Children): Module {
  return container(type, children, { part: 'experts' })
}

/** A list of experts, each with modules of its own. */
export function experts(options: ExpertsOptions, expert: Module): Module {
  return repeated(options.experts, { ...expert, part: 'experts' }, { part: 'experts', ...routing(options) })
}

/** Gated experts in two tensors of three dimensions, `[experts, out, in]`: no linear layers of torch's. */
export function fusedExperts(options: FusedExpertsOptions): Module {
  const { experts: count, hiddenSize, ffnSize } = options
  return {
    type: 'Experts',
    parameters: { gate_up_proj: [count, 2 * ffnSize, hiddenSize], down_proj: [count, hiddenSize, ffnSize] },
    part: 'experts',
    ...routing(options),
  }
}

/** The same the other way round, `[experts, in, out]`, as Llama 4 and gpt-oss keep them. */
export function fusedExpertsTransposed(options: FusedExpertsOptions, { bias = false } = {}): Module {
  const { experts: count, hiddenSize, ffnSize } = options
  const weights = { gate_up_proj: [count, hiddenSize, 2 * ffnSize], down_proj: [count, ffnSize, hiddenSize] }
  const biases = { gate_up_proj_bias: [count, 2 * ffnSize], down_proj_bias: [count, hiddenSize] }
  return {
    type: 'Experts',
    parameters: bias ? { ...weights, ...biases } : weights,
    part: 'experts',
    ...routing(options),
  }
}

/** A router that keeps its weight itself instead of in a linear layer. */
export function router(experts: number, hiddenSize: number, { bias = false } = {}): Module {
  const weight = [experts, hiddenSize]
  return { type: 'Router', parameters: bias ? { weight, bias: [experts] } : { weight } }
}

/** The layers with experts: those that `mlp_layer_types` names, or all from `first` on. */
export function sparseFrom(config: ConfigReader, first: number): (index: number) => boolean {
  const types = config.strings('mlp_layer_types')
  return (index) => (types ? types[index] === 'sparse' : index >= first)
}

/** The layers with experts in Qwen's models: every so many, without those that `mlp_only_layers` lists. */
export function qwenSparseLayers(config: ConfigReader, routing: ExpertsOptions): (index: number) => boolean {
  const dense = new Set(config.integers('mlp_only_layers') ?? [])
  const step = config.positive('decoder_sparse_step', 1)
  return (index) => routing.experts > 0 && !dense.has(index) && (index + 1) % step === 0
}

/** What became of the linear layers of a router and of gated experts where transformers 5 merged them. */
export const MERGED_GATED_EXPERTS = {
  gate: 'gate.weight',
  gate_proj: 'gate_up_proj',
  up_proj: 'gate_up_proj',
  down_proj: 'down_proj',
}

/** What a mixture of experts is in the terms of `MoEConfig`; `undefined` where no layer has one. */
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
