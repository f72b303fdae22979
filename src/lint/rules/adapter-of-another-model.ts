import { isSameModel, parseModelRef } from '../../references/index.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** An adapter fits only the model it was trained against. */
export const adapterOfAnotherModel: Rule = {
  code: 'adapter-of-another-model',
  severity: 'warning',
  description: 'An adapter that names another model than the one it stands in.',
  *check({ parts }) {
    for (const part of parts('ModelEntity')) {
      const { name, workspace, adapters } = part.value
      for (const [index, adapter] of (adapters ?? []).entries()) {
        const model = parseModelRef(adapter.model ?? '')
        if (!model.ok || isSameModel(model.value, { workspace, name }, workspace)) continue
        yield {
          part,
          loc: ['adapters', index, 'model'],
          message: `the adapter is of ${quoted(adapter.model)}, but stands in ${quoted(`${workspace}/${name}`)}`,
          help: `write ${quoted(`${workspace}/${name}`)}, or move the adapter to its own model`,
        }
      }
    }
  },
}
