import { isSet, models } from '../document.js'
import type { Rule } from '../rule.js'

/** A fine-tuned model without its base cannot be compared, merged or made again. */
export const finetunedWithoutBaseModel: Rule = {
  code: 'finetuned-without-base-model',
  severity: 'warning',
  description: 'A fine-tuned model that does not say which model it was made from.',
  *check(document) {
    for (const part of models(document)) {
      const { finetuning_type: type, base_model: baseModel } = part.value
      if (!isSet(type) || isSet(baseModel)) continue
      yield {
        part,
        loc: ['finetuning_type'],
        message: `fine-tuned by ${type}, but there is no "base_model"`,
        help: 'write the model it was fine-tuned from as "base_model"',
      }
    }
  },
}
