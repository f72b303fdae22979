import type { Part } from '../parts.js'
import type { Hit, Rule } from '../rule.js'

const SPEC_FIELDS = ['num_layers', 'hidden_size', 'vocab_size', 'base_num_parameters', 'context_size'] as const

/** A model with only Mamba layers has none of these. */
const ATTENTION_FIELDS = ['num_attention_heads', 'num_kv_heads', 'ffn_hidden_size'] as const

/** The service checks only that these are integers. */
export const nonPositiveDimension: Rule = {
  code: 'non-positive-dimension',
  severity: 'warning',
  description: 'A count or size is below 1.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      yield* below1(part, SPEC_FIELDS, part.value)
      if (!part.value.mamba_config) yield* below1(part, ATTENTION_FIELDS, part.value)
    }
    for (const part of parts('MoEConfig')) yield* below1(part, ['num_experts', 'num_experts_per_tok'], part.value)
    for (const part of parts('SlidingWindowConfig')) yield* below1(part, ['window_size'], part.value)
    for (const part of parts('LinearLayerSpec')) yield* below1(part, ['in_features', 'out_features'], part.value)
    for (const part of parts('Lora')) yield* below1(part, ['rank'], part.value)
  },
}

function* below1<Field extends string>(
  part: Part,
  fields: readonly Field[],
  value: { readonly [Key in Field]?: number | null },
): Iterable<Hit> {
  for (const field of fields) {
    const number = value[field]
    if (number === null || number === undefined || number >= 1) continue
    yield {
      part,
      loc: [field],
      message: `"${field}" is ${number}; expected at least 1`,
      help: `set the ${field.replaceAll('_', ' ')} of the model`,
    }
  }
}
