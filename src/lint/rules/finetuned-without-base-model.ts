import { isSet, models } from '../document.js'
import type { Rule } from '../rule.js'

/** Without its base model, a fine-tuned model cannot be compared, merged or rebuilt. */
export const finetunedWithoutBaseModel: Rule = {
  code: 'finetuned-without-base-model',
  severity: 'warning',
  description: 'A fine-tuned model does not name its base model.',
  *check(document) {
    for (const node of models(document)) {
      const { finetuning_type: type, base_model: baseModel } = node.value
      if (!isSet(type) || isSet(baseModel)) continue
      yield {
        node,
        loc: ['finetuning_type'],
        message: `"finetuning_type" is ${type}, but "base_model" is not set`,
        help: 'set "base_model" to the model it was fine-tuned from',
      }
    }
  },
}
