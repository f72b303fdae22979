import type { DocumentNode } from '../document-nodes.js'
import type { Match, Rule } from '../rule.js'

const SPEC_FIELDS = ['num_layers', 'hidden_size', 'vocab_size', 'base_num_parameters', 'context_size'] as const

/** A model with only Mamba layers has none of these. */
const ATTENTION_FIELDS = ['num_attention_heads', 'num_kv_heads', 'ffn_hidden_size'] as const

/** The service checks only that these are integers. */
export const nonPositiveDimension: Rule = {
  code: 'non-positive-dimension',
  severity: 'warning',
  description: 'A count or size is below 1.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      yield* below1(node, SPEC_FIELDS, node.value)
      if (!node.value.mamba_config) yield* below1(node, ATTENTION_FIELDS, node.value)
    }
    for (const node of nodes('MoEConfig')) yield* below1(node, ['num_experts', 'num_experts_per_tok'], node.value)
    for (const node of nodes('SlidingWindowConfig')) yield* below1(node, ['window_size'], node.value)
    for (const node of nodes('LinearLayerSpec')) yield* below1(node, ['in_features', 'out_features'], node.value)
    for (const node of nodes('Lora')) yield* below1(node, ['rank'], node.value)
  },
}

function* below1<Field extends string>(
  node: DocumentNode,
  fields: readonly Field[],
  value: { readonly [Key in Field]?: number | null },
): Iterable<Match> {
  for (const field of fields) {
    const number = value[field]
    if (number === null || number === undefined || number >= 1) continue
    yield {
      node,
      loc: [field],
      message: `"${field}" is ${number}; expected at least 1`,
      help: `set the ${field.replaceAll('_', ' ')} of the model`,
    }
  }
}
