import { createClient } from '../../src/client/index.js'
import type { ServerCheck } from './check.js'

/** Our own client: a model with every kind of field, the refusals, and a workspace that is not there. */
export const clientCheck: ServerCheck = {
  title: 'our client',
  needs: [],
  installs: [],
  run: async ({ origin }) => {
    const client = createClient({ baseUrl: origin })
    const name = `client-${Date.now().toString(36)}`
    const request = { name, description: 'x', custom_fields: { team: 'nlp' }, prompt: { system_prompt: 'Be brief.' } }
    const made = await client.createModel('workspace', request)
    const wrong = await client.createModel('workspace', { name: 'two words' })
    const results = {
      created: made.ok && made.entity.name === name && made.entity.custom_fields['team'] === 'nlp',
      'a name that is taken': (await client.createModel('workspace', { name })).status === 409,
      'a wrong name': wrong.status === 422 && typeof wrong.detail !== 'string' && wrong.source === 'service',
      'a name that is no model name': typeof (await detailOf('workspace', 'Llama')) === 'string',
      'a workspace that does not exist': typeof (await detailOf('nobody', 'llama')) === 'string',
    }
    async function detailOf(workspace: string, wanted: string): Promise<unknown> {
      const result = await client.createModel(workspace, { name: wanted })
      return result.status === 422 ? result.detail : undefined
    }
    return Object.entries(results).flatMap(([what, isRight]) => (isRight ? [] : [`${what}: another result`]))
  },
}
