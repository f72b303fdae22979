import { isSameModel, parseModelRef } from '../../references/index.js'
import { models, workspaceOf } from '../document.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** Happens when a manifest is copied and a name is not updated. */
export const ownBaseModel: Rule = {
  code: 'own-base-model',
  severity: 'warning',
  description: 'A model names itself as its base model.',
  *check(document) {
    for (const node of models(document)) {
      const { name, base_model: baseModel } = node.value
      const base = parseModelRef(baseModel ?? '')
      if (!base.ok) continue
      const workspace = workspaceOf(node.value)
      // A request has no workspace field, so only a bare reference is known to be in the same workspace.
      const isItself =
        workspace === null
          ? base.value.workspace === null && base.value.name === name
          : isSameModel(base.value, { workspace, name }, workspace)
      if (!isItself) continue
      yield {
        node,
        loc: ['base_model'],
        message: `"base_model" ${quoted(baseModel)} is this model itself`,
        help: 'set the model that it was made from, or remove "base_model"',
      }
    }
  },
}
