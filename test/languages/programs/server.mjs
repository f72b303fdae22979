// Runs a command beside a server that answers the create route like the service, as far as the body tells.
// URL in the command's arguments stands for the server's address.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { validateJson } from '../../../dist/index.js'

const server = createServer((request, response) => {
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
}).listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  const [program, ...args] = process.argv.slice(2).map((arg) => arg.replace('URL', url))
  spawn(program, args, { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 1))
})
