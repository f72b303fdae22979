import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comparable } from '../../oracle/registry/send.js'
import { checkpointFilesets, ESCAPES, WITHOUT_SPEC } from './checkpoint-filesets.js'
import { killWhileWriting } from './kill-while-writing.js'
import { RunningRegistry, type Settings, temporaryFolder } from './running-registry.js'
import { IS_THOROUGH, STORES } from './stores.js'

const MODELS = '/apis/models/v2/workspaces/default/models'
const STARTS_WITHIN_MS = 150_000
const MAX_BODY_BYTES = 100_000

interface Spec {
  readonly num_layers: number
  readonly base_num_parameters: number
  readonly minimum_gpus_all_weights: number | null
}

it('does not start with a setting that it does not have', { timeout: STARTS_WITHIN_MS }, async () => {
  const start = RunningRegistry.start({ REGISTRY_FILESET: '/tmp' })
  await expect(start).rejects.toThrow('REGISTRY_FILESET is not a setting of the registry')
})

describe.each(STORES)('the registry on $name', ({ fresh }) => {
  const folder = temporaryFolder()
  let settings: Settings
  let registry: RunningRegistry

  beforeAll(async () => {
    settings = {
      ...(await fresh(folder.path)),
      REGISTRY_FILESETS: checkpointFilesets(folder.path),
      REGISTRY_MAX_BODY_BYTES: String(MAX_BODY_BYTES),
    }
    registry = await RunningRegistry.start(settings)
  }, STARTS_WITHIN_MS)
  afterAll(async () => {
    await registry?.stop()
    folder.remove()
  })

  async function specOf(body: object): Promise<Spec | null> {
    const created = await registry.send('POST', MODELS, body)
    expect(created, JSON.stringify(created)).toMatchObject({ status: 201 })
    return (created.body as { spec: Spec | null }).spec
  }

  it('shows the session of its README', () => {
    const readme = readFileSync(new URL('../../../examples/registry/README.md', import.meta.url), 'utf8')
    const session = /^```console\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? ''
    const steps = session.split(/^\$ /m).slice(1)
    expect(steps.length).toBeGreaterThan(5)
    for (const step of steps) {
      const [command = '', ...printed] = step.trimEnd().split('\n')
      const env = { PATH: process.env['PATH'], REGISTRY: registry.origin }
      const { stdout } = spawnSync('bash', ['-c', command], { env, encoding: 'utf8' })
      expect(withoutRun(stdout), command).toBe(printed.join('\n'))
    }
  })

  it('lets one of 100 concurrent requests create a name', async () => {
    const requests = Array.from({ length: 100 }, (_, index) =>
      registry.send('POST', MODELS, { name: 'wanted', description: String(index) }),
    )
    const answers = await Promise.all(requests)
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(99).fill(409)])
    const created = answers.find(({ status }) => status === 201)
    expect((await registry.send('GET', `${MODELS}/wanted`)).body).toEqual(created?.body)
  })

  it('loses no change of concurrent patches', async () => {
    await registry.send('POST', MODELS, { name: 'patched' })
    const fields = ['description', 'base_model', 'custom_fields', 'ownership', 'model_providers'] as const
    const values = {
      description: 'd',
      base_model: 'b',
      custom_fields: { c: 1 },
      ownership: { o: 1 },
      model_providers: ['p'],
    }
    await Promise.all(fields.map((field) => registry.send('PATCH', `${MODELS}/patched`, { [field]: values[field] })))
    expect((await registry.send('GET', `${MODELS}/patched`)).body).toMatchObject(values)
  })

  it('refuses a body that is too large with 413, announced or not', async () => {
    const body = JSON.stringify({ name: 'large', custom_fields: { text: 'x'.repeat(MAX_BODY_BYTES) } })
    const headers = { 'content-type': 'application/json' }
    const announced = await registry.request(MODELS, { method: 'POST', headers, body })
    expect([announced.status, await announced.json()]).toEqual([413, { detail: 'Content Too Large' }])
    const chunks = new Blob([body]).stream()
    const chunked = await registry.request(MODELS, {
      method: 'POST',
      headers,
      body: chunks,
      duplex: 'half',
    } as RequestInit)
    expect(chunked.status).toBe(413)
  })

  it.each([
    ['text', { 'content-type': 'text/plain' }, '{"name":"typed"}', 'accept', 'application/json'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'name=typed', 'accept', 'application/json'],
    [
      'gzip',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      gzipSync('{"name":"typed"}'),
      'accept-encoding',
      'identity',
    ],
  ] as const)('refuses %s with 415', async (_, headers, body, header, accepted) => {
    const reply = await registry.request(MODELS, { method: 'POST', headers, body })
    expect([reply.status, reply.headers.get(header)]).toEqual([415, accepted])
  })

  it('fills in the spec of a checkpoint, and that of a new one', async () => {
    const spec = await specOf({ name: 'from-llama', fileset: 'llama' })
    expect(spec).toMatchObject({ num_layers: 2, base_num_parameters: 138_048, minimum_gpus_all_weights: 1 })
    const patched = await registry.send('PATCH', `${MODELS}/from-llama`, { fileset: 'default/deeper' })
    expect(patched.body).toMatchObject({ fileset: 'default/deeper', spec: { num_layers: 3 } })
  })

  it('keeps a spec that was sent', async () => {
    const sent = { ...(await specOf({ name: 'derived', fileset: 'llama' })), family: 'mine', minimum_gpus_lora: 7 }
    const spec = await specOf({ name: 'sent', fileset: 'llama', spec: sent })
    expect(spec).toMatchObject({ family: 'mine', minimum_gpus_lora: null })
  })

  it.each(WITHOUT_SPEC)('creates a model whose fileset is %s', async (fileset) => {
    expect(await specOf({ name: `with-${fileset}`, fileset })).toBeNull()
  })

  it.each(ESCAPES)('finds no fileset %s', async (fileset) => {
    expect((await registry.send('POST', MODELS, { name: 'escaped', fileset })).status).toBe(400)
  })

  it('deletes the adapters of a model with it', async () => {
    await registry.send('POST', MODELS, { name: 'parent' })
    const adapter = { name: 'child', fileset: 'llama', finetuning_type: 'lora' }
    expect((await registry.send('POST', `${MODELS}/parent/adapters`, adapter)).status).toBe(201)
    await registry.send('DELETE', `${MODELS}/parent`)
    await registry.send('POST', MODELS, { name: 'parent' })
    expect((await registry.send('GET', `${MODELS}/parent`)).body).toMatchObject({ adapters: [] })
    expect((await registry.send('POST', `${MODELS}/parent/adapters`, adapter)).status).toBe(201)
  })

  it(
    'shares a server with a second process, but not a folder',
    async () => {
      const second = RunningRegistry.start(settings)
      if (settings['DATABASE_URL'] === undefined) {
        await expect(second).rejects.toThrow('the folder is used by the process')
        return
      }
      expect((await (await second).send('GET', `${MODELS}/wanted`)).status).toBe(200)
      await (await second).stop()
    },
    STARTS_WITHIN_MS,
  )

  it('writes a log of JSON without secrets', async () => {
    const secret = 'nvapi-s3cr3t-s3cr3t'
    await registry.send('POST', MODELS, {
      name: 'keyed',
      api_endpoint: { api_key: secret, url: `https://u:${secret}@x.com` },
    })
    await registry.send('POST', MODELS, { name: secret.toUpperCase(), description: 1, custom_fields: [secret] })
    await registry.send('GET', `${MODELS}?filter[description]=${secret}&token=${secret}`)
    await registry.request(`${MODELS}/keyed`, { headers: { authorization: `Bearer ${secret}` } })
    const lines = registry.log.split('\n').filter((line) => line.startsWith('{'))
    expect(lines.map((line) => JSON.parse(line).msg)).toContain('request body refused')
    expect(registry.log.toLowerCase()).not.toContain('s3cr3t')
    expect(registry.log).not.toContain(
      new URL(settings['DATABASE_URL'] ?? 'x://x:never-a-password@x').password || 'never',
    )
  })

  it(
    'answers the request that is being sent when it is told to stop, and keeps what it confirmed',
    async () => {
      const { hostname, port } = new URL(registry.origin)
      const body = JSON.stringify({ name: 'last-one' })
      const socket = connect(Number(port), hostname)
      let text = ''
      socket.on('data', (piece) => {
        text += piece
      })
      const answered = new Promise((resolve) => socket.on('close', resolve))
      const headers = `content-type: application/json\r\ncontent-length: ${body.length}\r\nexpect: 100-continue`
      socket.write(`POST ${MODELS} HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n`)
      await expect.poll(() => text).toContain('100 Continue')
      socket.write(body.slice(0, 5))
      const stopped = registry.stop()
      await new Promise((resolve) => setTimeout(resolve, 200))
      socket.write(body.slice(5))
      await answered
      expect(text).toContain('201 Created')
      expect(await stopped).toBe(0)
      registry = await RunningRegistry.start(settings)
      expect((await registry.send('GET', `${MODELS}/last-one`)).status).toBe(200)
    },
    STARTS_WITHIN_MS,
  )

  const rounds = IS_THOROUGH ? 15 : 1
  it(
    `has what it confirmed, and nothing by halves, when it is killed while it writes: ${rounds} times`,
    async () => {
      registry = await killWhileWriting(registry, () => RunningRegistry.start(settings), rounds)
    },
    rounds * STARTS_WITHIN_MS,
  )
})

function withoutRun(text: string): string {
  const trimmed = text.trimEnd()
  if (!trimmed.startsWith('{')) return trimmed
  const shown = comparable({ status: 0, body: JSON.parse(trimmed) }).body
  return JSON.stringify(shown).replaceAll('"<created>"', '"<time>"')
}
