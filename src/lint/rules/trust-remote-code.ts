import { models } from '../document.js'
import type { Rule } from '../rule.js'

/** Code from the checkpoint runs on the platform. Only administrators and approved sources may request it. */
export const trustRemoteCode: Rule = {
  code: 'trust-remote-code',
  severity: 'warning',
  description: '`trust_remote_code` is true: code from the checkpoint runs on the platform.',
  *check(document) {
    for (const node of models(document)) {
      if (node.value.trust_remote_code !== true) continue
      yield {
        node,
        loc: ['trust_remote_code'],
        message: '"trust_remote_code" is true: code from the checkpoint runs on the platform',
        help: 'keep it false unless the model cannot load without it and you have read the code',
      }
    }
  },
}
