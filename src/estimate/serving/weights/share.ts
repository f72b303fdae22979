import type { Architecture } from '../../../architecture/index.js'
import type { WeightGroup } from './weight-groups.js'
import type { WeightLayout } from './weight-layout.js'

/**
 * The share of a group that one tensor-parallel rank holds (Shoeybi et al. 2019, arXiv:1909.08053, as vLLM and SGLang do it):
 * matrices, experts and embeddings are divided; heads of keys and values are repeated where there are more ranks than heads; the
 * narrow projections of latent attention, routers and norms are on every rank.
 */
export function shareOf(group: WeightGroup, { tensor, expert }: WeightLayout, { dimensions }: Architecture): number {
  const { kind, moduleName, part } = group
  if (kind === 'experts') return 1 / (expert > 1 ? expert : tensor)
  if (tensor === 1 || kind === 'router' || kind === 'other') return 1
  if (kind === 'matrix' && REPLICATED.test(moduleName)) return 1
  if (part === 'attention' && kind === 'matrix') {
    const keyValue = 1 / Math.min(tensor, Math.max(dimensions.kvHeads, 1))
    if (KEY_VALUE.test(moduleName)) return keyValue
    if (FUSED.test(moduleName)) {
      const { heads, kvHeads } = dimensions
      return (heads / tensor + 2 * kvHeads * keyValue) / (heads + 2 * kvHeads)
    }
  }
  return 1 / tensor
}

const REPLICATED =
  /^(?:q_a_proj|kv_a_proj_with_mqa|kv_proj|wq_b|wk|weights_proj|o_a_proj|gate_proj_a|f_a_proj|g_a_proj)$/
const KEY_VALUE = /^(?:k_proj|v_proj|key|value|k|v)$/
const FUSED = /^(?:qkv_proj|query_key_value|c_attn|Wqkv|wqkv|W_pack)$/
