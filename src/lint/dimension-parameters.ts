/** A rough parameter count from the dimensions of a spec. Leaves out biases, norms and position embeddings. */

import type { ModelSpec } from '../schemas/index.js'

/** A Mamba layer has about as many parameters as six hidden-by-hidden matrices. */
const MAMBA_MATRICES = 6

/**
 * The parameter count that the dimensions imply, within 5 % for most public checkpoints. Undefined if a dimension is
 * missing. Counts embeddings, attention with grouped key-value heads, dense and expert MLPs, and Mamba layers.
 */
export function parametersOfDimensions(spec: ModelSpec): number | undefined {
  if (!hasDimensions(spec)) return undefined
  return embeddingParameters(spec) + attentionParameters(spec) + mlpParameters(spec) + mambaParameters(spec)
}

/** Whether a spec's parameter count is plausible for its dimensions. True if a dimension is missing. */
export function isCountCredible(spec: ModelSpec): boolean {
  const expected = parametersOfDimensions(spec)
  const count = spec.base_num_parameters
  return expected === undefined || (count >= expected * LOWEST_SHARE && count <= expected * HIGHEST_SHARE)
}

const LOWEST_SHARE = 0.5
const HIGHEST_SHARE = 2.5

function hasDimensions(spec: ModelSpec): boolean {
  const isSized = spec.num_layers > 0 && spec.hidden_size > 0 && spec.vocab_size > 0 && spec.base_num_parameters > 0
  if (!isSized || spec.mamba_config) return isSized
  return spec.num_attention_heads > 0 && spec.num_kv_heads > 0 && spec.ffn_hidden_size > 0
}

function embeddingParameters(spec: ModelSpec): number {
  const matrices = spec.tied_embeddings || spec.is_embedding_model ? 1 : 2
  return spec.vocab_size * spec.hidden_size * matrices
}

function attentionParameters(spec: ModelSpec): number {
  const { hidden_size: h, num_attention_heads: heads, num_kv_heads: kvHeads, mamba_config: mamba } = spec
  if (heads <= 0) return 0
  const layers = mamba && mamba.num_mamba_layers > 0 ? (mamba.num_attention_layers ?? 0) : spec.num_layers
  return layers * (2 * h * h + 2 * h * (h / heads) * kvHeads)
}

function mlpParameters(spec: ModelSpec): number {
  const { hidden_size: h, ffn_hidden_size: ffn, mamba_config: mamba, moe_config: moe } = spec
  const mlpLayers = mamba?.num_mlp_layers ?? 0
  const layers = mamba && mlpLayers > 0 && mamba.num_mamba_layers > 0 ? mlpLayers : spec.num_layers
  const matrices = spec.gated_mlp ? 3 : 2
  if (!moe) return layers * matrices * h * ffn
  const expertLayers = Math.min(moe.num_expert_layers, layers)
  const experts = moe.num_experts + (moe.num_shared_experts ?? 0)
  const dense = (layers - expertLayers) * matrices * h * ffn
  return dense + expertLayers * experts * matrices * h * (moe.expert_ffn_size ?? ffn)
}

function mambaParameters({ mamba_config: mamba, hidden_size: h }: ModelSpec): number {
  return (mamba?.num_mamba_layers ?? 0) * MAMBA_MATRICES * h * h
}
