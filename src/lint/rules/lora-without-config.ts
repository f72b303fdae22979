import type { Rule } from '../rule.js'

const LORA_TYPES: ReadonlySet<string> = new Set(['lora', 'qlora', 'dora', 'adalora', 'lora_plus', 'lora_merged'])

/** Rank and alpha are needed to serve such an adapter and to estimate its memory. */
export const loraWithoutConfig: Rule = {
  code: 'lora-without-config',
  severity: 'warning',
  description: 'A LoRA adapter has no `lora_config`.',
  *check({ nodes }) {
    for (const node of nodes('Adapter')) {
      const { finetuning_type: type, lora_config: config } = node.value
      if (!LORA_TYPES.has(type) || config) continue
      yield {
        node,
        loc: ['finetuning_type'],
        message: `"finetuning_type" is ${type}, but "lora_config" is not set`,
        help: 'add "lora_config" with the rank and alpha of the adapter',
      }
    }
  },
}
