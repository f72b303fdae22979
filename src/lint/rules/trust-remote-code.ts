import { models } from '../document.js'
import type { Rule } from '../rule.js'

/** Code of the checkpoint runs on the platform; only administrators and approved sources may ask for it. */
export const trustRemoteCode: Rule = {
  code: 'trust-remote-code',
  severity: 'warning',
  description: 'Code of the checkpoint is run.',
  *check(document) {
    for (const part of models(document)) {
      if (part.value.trust_remote_code !== true) continue
      yield {
        part,
        loc: ['trust_remote_code'],
        message: '"trust_remote_code" is true: code that comes with the checkpoint runs on the platform',
        help: 'leave it false unless the model cannot load without it and you have read that code',
      }
    }
  },
}
