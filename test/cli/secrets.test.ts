import { expect, it } from 'vitest'
import { runCli } from './run-cli.js'

const BODY =
  '{"name":"ab\\u202e","api_endpoint":{"url":"http://u:hunter2@h/","api_key":"sk-S3CRET"},"custom_fields":{"password":123456}}'

it.each([
  ['check', ['check', '-']],
  ['check --format json', ['check', '-', '--format', 'json']],
  ['validate', ['validate', '-', '--model', 'CreateModelEntityRequest']],
  ['a misused command', ['schema', 'x\u202e', '--token=S3CRET']],
])('model-entity %s shows no secret and steers no terminal', (_, args) => {
  const { stdout, stderr } = runCli(args, { input: BODY })
  expect(stdout + stderr).not.toMatch(/S3CRET|hunter2|123456|\u202e/)
})

it('model-entity validate --show-secrets prints the body of the service', () => {
  const { stdout } = runCli(['validate', '-', '--model', 'CreateModelEntityRequest', '--show-secrets'], {
    input: BODY.replace('\\u202e', ''),
  })
  expect(JSON.parse(stdout)).toMatchObject({
    api_endpoint: { api_key: 'sk-S3CRET' },
    custom_fields: { password: 123456 },
  })
})
