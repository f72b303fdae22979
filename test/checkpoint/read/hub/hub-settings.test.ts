import { describe, expect, it } from 'vitest'
import { askedWaitMs } from '../../../../src/checkpoint/read/hub/hub-requests.js'
import { hubSettings } from '../../../../src/checkpoint/read/hub/hub-settings.js'

describe('hubSettings', () => {
  it('are those of the public hub without anything else', () => {
    expect(hubSettings({}, {})).toMatchObject({
      ...{ endpoint: 'https://huggingface.co', revision: 'main', token: undefined, offline: false },
      cacheFolder: undefined,
    })
  })

  // The folders are those of `huggingface_hub.constants.HF_HUB_CACHE` with the same variables.
  it.each([
    [{ HOME: '/home/me' }, '/home/me/.cache/huggingface/hub'],
    [{ HOME: '/home/me', XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
    [{ HOME: '/home/me', HF_HOME: '~/hf' }, '/home/me/hf/hub'],
    [{ HOME: '/home/me', HF_HOME: '/hf', HF_HUB_CACHE: '/cache' }, '/cache'],
    [{ HF_HOME: '/hf', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HF_HOME: '', HOME: '/h' }, '/h/.cache/huggingface/hub'],
    [{ USERPROFILE: 'C:\\me' }, 'C:\\me/.cache/huggingface/hub'],
    [{ HOME: '/h', USERPROFILE: 'C:\\me' }, '/h/.cache/huggingface/hub'],
    [{ HOME: '/h', XDG_CACHE_HOME: '~/x' }, '/h/x/huggingface/hub'],
    [{ HOME: '/h', HF_HUB_CACHE: '~' }, '/h'],
    [{ HOME: '/h', HF_HUB_CACHE: '~me/x' }, '~me/x'],
    [{ HOME: '/h', HF_HUB_CACHE: '/a/~/x' }, '/a/~/x'],
    [{ HOME: '/h', HF_HUB_CACHE: '~\\x' }, '/h\\x'],
    // Without a home, nothing stands for it.
    [{ HF_HUB_CACHE: '~/x' }, '~/x'],
    [{ HOME: '/h', HUGGINGFACE_HUB_CACHE: '~/old', HF_HUB_CACHE: '~/new' }, '/h/new'],
  ])('find the cache with %j', (environment, folder) => {
    expect(hubSettings({}, environment).cacheFolder).toBe(folder)
  })

  it.each([
    ['1', true],
    ['true', true],
    ['ON', true],
    ['yes', true],
    ['0', false],
    ['', false],
    ['2', false],
  ])('take HF_HUB_OFFLINE=%s for %s', (value, offline) => {
    expect(hubSettings({}, { HF_HUB_OFFLINE: value }).offline).toBe(offline)
  })

  it.each([
    [{ TRANSFORMERS_OFFLINE: '1' }, true],
    [{ TRANSFORMERS_OFFLINE: '0', HF_HUB_OFFLINE: '1' }, true],
    [{ TRANSFORMERS_OFFLINE: '0', HF_HUB_OFFLINE: '0' }, false],
  ])('with %j are offline: %s', (environment, offline) => {
    expect(hubSettings({}, environment).offline).toBe(offline)
  })

  it('take no empty variable for a value, and the options of revision and fetch', () => {
    const empty = { HF_TOKEN: '', HF_ENDPOINT: '', HF_HUB_CACHE: '' }
    expect(hubSettings({}, empty)).toMatchObject({
      ...{ token: undefined, endpoint: 'https://huggingface.co', cacheFolder: undefined },
    })
    const own: typeof fetch = async () => new Response()
    expect(hubSettings({ revision: 'v1', fetch: own, hubUrl: 'https://h//' }, {})).toMatchObject({
      ...{ revision: 'v1', fetch: own, endpoint: 'https://h' },
    })
  })

  it('are those of the process by default', () => {
    const { fetch: _, ...settings } = hubSettings({})
    expect(hubSettings({}, process.env)).toMatchObject(settings)
    expect(hubSettings({}, { ...process.env, HOME: '/elsewhere' }).cacheFolder).not.toBe(
      hubSettings({}, {}).cacheFolder,
    )
    expect(settings.cacheFolder).toBe(hubSettings({}, process.env).cacheFolder)
  })

  it('prefer options to the environment', () => {
    const environment = { HF_TOKEN: ' hf_a\n', HF_ENDPOINT: 'https://mirror.example/', HF_HUB_OFFLINE: '1' }
    expect(hubSettings({}, environment)).toMatchObject({ token: 'hf_a', endpoint: 'https://mirror.example' })
    const options = { token: 'hf_b', hubUrl: 'https://other.example', offline: false, cacheFolder: '/c' }
    expect(hubSettings(options, environment)).toMatchObject({
      ...{ token: 'hf_b', endpoint: 'https://other.example', offline: false, cacheFolder: '/c' },
    })
  })
})

describe('askedWaitMs', () => {
  const now = Date.UTC(2026, 0, 1)
  it.each([
    [{ 'retry-after': '12' }, 12_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }, 9000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:09 GMT' }, 0],
    [{ ratelimit: '"api";r=0;t=55' }, 55_000],
    [{ ratelimit: '"api";r=12;t=55' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (headers, wait) => {
    expect(askedWaitMs(new Headers(headers), now)).toBe(wait)
  })
})
