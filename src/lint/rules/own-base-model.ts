import { isSameModel, parseModelRef } from '../../references/index.js'
import { models, workspaceOf } from '../document.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** A copied manifest with one name changed too many, or too few. */
export const ownBaseModel: Rule = {
  code: 'own-base-model',
  severity: 'warning',
  description: 'A model that names itself as its base model.',
  *check(document) {
    for (const part of models(document)) {
      const { name, base_model: baseModel } = part.value
      const base = parseModelRef(baseModel ?? '')
      if (!base.ok) continue
      const workspace = workspaceOf(part.value)
      // A request does not say its workspace, so only a bare reference is known to be of the same one.
      const isItself =
        workspace === null
          ? base.value.workspace === null && base.value.name === name
          : isSameModel(base.value, { workspace, name }, workspace)
      if (!isItself) continue
      yield {
        part,
        loc: ['base_model'],
        message: `${quoted(baseModel)} is the model itself`,
        help: 'write the model it was made from, or leave "base_model" out',
      }
    }
  },
}
