// Answers the create route like the service, as far as the body tells: for the clients of examples.
import { createServer } from 'node:http'
import { validateJson } from '../../../dist/index.js'

createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const answer = validateJson('CreateModelEntityRequest', Buffer.concat(chunks))
    const now = new Date().toISOString()
    const workspace = request.url.split('/')[5]
    const entity = { ...answer.value, id: '1', workspace, created_at: now, updated_at: now, custom_fields: {} }
    response.writeHead(answer.ok ? 201 : answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer.ok ? entity : { detail: answer.detail }))
  })
}).listen(8199, '127.0.0.1')
