import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpointFiles } from '../../../src/checkpoint/read/checkpoint-files.js'
import { hubSource } from '../../../src/checkpoint/read/hub-source.js'
import { safetensorsFile } from '../safetensors-file.js'
import { type HubServer, hubServer } from './hub-server.js'

let hub: HubServer
const text = (content: unknown) => new TextEncoder().encode(JSON.stringify(content))
const MIB = 1024 * 1024

beforeAll(async () => {
  const weights = [{ name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [4096, 1024] }] as const
  const files = { 'config.json': text({ model_type: 'llama' }), 'model.safetensors': safetensorsFile(weights) }
  hub = await hubServer({
    'org/model': { files },
    'org/private': { files, token: 'hf_secret' },
    'org/branch': { files, revision: 'refs' },
  })
})

afterAll(() => hub.close())

describe('hubSource', () => {
  it('reads the config and the headers, and none of the eight MiB of weights', async () => {
    const before = hub.sentBytes()
    const files = await readCheckpointFiles(hubSource('org/model', { hubUrl: hub.url }))
    expect(files.config).toEqual({ model_type: 'llama' })
    expect(files.headers.get('model.safetensors')?.tensors.get('model.embed_tokens.weight')?.shape).toEqual([
      4096, 1024,
    ])
    expect(hub.sentBytes() - before).toBeLessThan(MIB)
  })

  it('sends the token, and reads the revision that is asked for', async () => {
    const files = await readCheckpointFiles(hubSource('org/private', { hubUrl: hub.url, token: 'hf_secret' }))
    expect(files.config).toEqual({ model_type: 'llama' })
    const branch = await readCheckpointFiles(hubSource('org/branch', { hubUrl: hub.url, revision: 'refs' }))
    expect(branch.headers.size).toBe(1)
  })

  it('says what to do about a repository without access', async () => {
    await expect(readCheckpointFiles(hubSource('org/private', { hubUrl: hub.url }))).rejects.toMatchObject({
      code: 'unreadable_file',
      help: expect.stringContaining('token'),
    })
  })

  it('says what to do about a revision that is not there', async () => {
    await expect(
      readCheckpointFiles(hubSource('org/model', { hubUrl: hub.url, revision: 'none' })),
    ).rejects.toMatchObject({
      code: 'unreadable_file',
      help: expect.stringContaining('revision'),
    })
  })

  it('tells a file that is not there by its name', async () => {
    await expect(hubSource('org/model', { hubUrl: hub.url }).read('nothing.json', 0, 1)).rejects.toMatchObject({
      code: 'unreadable_file',
      place: ['nothing.json'],
    })
  })

  it('goes through the fetch that it is given', async () => {
    const asked: string[] = []
    const spy: typeof fetch = (input, init) => {
      asked.push(String(input))
      return fetch(input, init)
    }
    await hubSource('org/model', { hubUrl: hub.url, fetch: spy }).size('config.json')
    expect(asked).toEqual([`${hub.url}/org/model/resolve/main/config.json`])
  })
})
