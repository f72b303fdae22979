import type { ConfigReader } from './config-reader.js'

/**
 * Finds sizes that a config states under a name that the family does not read, such as `num_layers` in a GPT-2 config,
 * whose name is `n_layer`. If the right name is absent, the class default is used. Transformers ignores such fields too.
 *
 * @param config - the config, after the family has read it
 * @returns one sentence per field
 */
export function unreadSizes(config: ConfigReader): string[] {
  return SIZES.flatMap((names) => {
    const read = names.filter((name) => config.wasRead(name))
    const stated = names.find((name) => config.has(name) && !read.includes(name))
    if (read.length === 0 || stated === undefined || read.some((name) => config.has(name))) return []
    return [
      `${stated} is ignored: this family reads ${read.join(' or ')}, which is absent, so the class default is used.`,
    ]
  })
}

/** The names that families use for the same size. */
const SIZES: readonly (readonly string[])[] = [
  ['vocab_size', 'padded_vocab_size', 'n_vocab'],
  ['hidden_size', 'n_embd', 'n_embed', 'd_model', 'dim'],
  ['num_hidden_layers', 'num_layers', 'n_layer', 'n_layers', 'encoder_layers'],
  ['num_attention_heads', 'num_heads', 'n_head', 'n_heads', 'attention_heads', 'encoder_attention_heads'],
  ['intermediate_size', 'n_inner', 'ffn_dim', 'd_ff', 'ffn_hidden_size', 'hidden_dim', 'encoder_ffn_dim'],
  ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'],
  ['num_experts_per_tok', 'num_experts_per_token', 'moe_topk', 'moe_k', 'moe_top_k', 'top_k_experts'],
  ['moe_intermediate_size', 'expert_ffn_size', 'moe_ffn_hidden_size'],
]
