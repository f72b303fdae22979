import { isSameModel, parseModelRef } from '../../references/index.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** An adapter fits only the model it was trained against. */
export const adapterOfAnotherModel: Rule = {
  code: 'adapter-of-another-model',
  severity: 'warning',
  description: 'An adapter inside a model entity belongs to a different model.',
  *check({ nodes }) {
    for (const node of nodes('ModelEntity')) {
      const { name, workspace, adapters } = node.value
      for (const [index, adapter] of (adapters ?? []).entries()) {
        const model = parseModelRef(adapter.model ?? '')
        if (!model.ok || isSameModel(model.value, { workspace, name }, workspace)) continue
        yield {
          node,
          loc: ['adapters', index, 'model'],
          message: `this adapter belongs to ${quoted(adapter.model)}, but is listed in ${quoted(`${workspace}/${name}`)}`,
          help: `write ${quoted(`${workspace}/${name}`)}, or move the adapter to its model`,
        }
      }
    }
  },
}
