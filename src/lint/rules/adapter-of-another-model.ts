import { isSameModel, parseModelRef } from '../../references/index.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** An adapter fits only the model it was trained against. */
export const adapterOfAnotherModel: Rule = {
  code: 'adapter-of-another-model',
  severity: 'warning',
  description: 'An adapter inside a model entity belongs to a different model.',
  *check({ parts }) {
    for (const part of parts('ModelEntity')) {
      const { name, workspace, adapters } = part.value
      for (const [index, adapter] of (adapters ?? []).entries()) {
        const model = parseModelRef(adapter.model ?? '')
        if (!model.ok || isSameModel(model.value, { workspace, name }, workspace)) continue
        yield {
          part,
          loc: ['adapters', index, 'model'],
          message: `this adapter belongs to ${quoted(adapter.model)}, but is listed in ${quoted(`${workspace}/${name}`)}`,
          help: `write ${quoted(`${workspace}/${name}`)}, or move the adapter to its model`,
        }
      }
    }
  },
}
