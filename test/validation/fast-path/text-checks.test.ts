import { describe, expect, test } from 'vitest'
import { fastPathOf } from './fast-path-of.js'

const adapter = { name: 'a', workspace: 'w', fileset: 'w/f', finetuning_type: 'lora' }

const takesName = (name: unknown) => fastPathOf('Adapter').accepts({ ...adapter, name })
const takesDescription = (description: unknown) => fastPathOf('Adapter').accepts({ ...adapter, description })
const takesModel = (model: unknown) => fastPathOf('Adapter').accepts({ ...adapter, model })
const takesTime = (created_at: unknown) => fastPathOf('Adapter').accepts({ ...adapter, created_at })
const takesProject = (project: unknown) => fastPathOf('CreateModelEntityRequest').accepts({ name: 'm', project })
const takesUrl = (url: unknown) => fastPathOf('APIEndpointData').accepts({ url })

describe('a short text', () => {
  test('is measured in code points', () => {
    expect(takesDescription('a😀'.repeat(500))).toBe(true)
    expect(takesDescription('😀'.repeat(1000))).toBe(true)
    expect(takesDescription('😀'.repeat(1001))).toBe(false)
  })

  test.each(['\ud800', '\udc00', 'a\ud800b', '\udc00\ud800', '😀\ud83d'])('has no lone surrogate: %j', (text) => {
    expect(takesDescription(text)).toBe(false)
  })
})

test('names and project URNs hold their characters and no others, at most as many as told', () => {
  expect(['a', 'A.z_0-9', '-', 'x'.repeat(255)].every((text) => takesName(text))).toBe(true)
  expect(['', 'a/b', 'a b', 'ä', 'a\n', 'x'.repeat(256), 7, null].some((text) => takesName(text))).toBe(false)
  expect(takesProject('nlp/llama-upgrade')).toBe(true)
  expect(takesProject('nlp:llama')).toBe(false)
})

test.each(['ab', 'a0', 'llama-3.1_b+@', `a${'b'.repeat(62)}`, 'team/llama', 'a_/b.'])(
  '%s is a model reference',
  (text) => {
    expect(takesModel(text)).toBe(true)
  },
)

test.each(['', 'a', 'Ab', '0a', 'a-', 'a--b', `a${'b'.repeat(63)}`, 'ab/', '/ab', 'ab/cd/ef', 'ab/c', 'a b', 'aé'])(
  '%j is no model reference',
  (text) => {
    expect(takesModel(text)).toBe(false)
  },
)

test.each(['2024-01-15T09:30:00Z', '2024-02-29T00:00:00Z', '2000-02-29T00:00:00Z', '0001-12-31T23:59:59.000001Z'])(
  '%s is a date-time in the form of the service',
  (text) => {
    expect(takesTime(text)).toBe(true)
  },
)

test.each([
  '0000-01-01T00:00:00Z',
  '2023-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2024-04-31T00:00:00Z',
  '2024-13-01T00:00:00Z',
  '2024-01-15T24:00:00Z',
  '2024-01-15T09:30:60Z',
  '2024-01-15T09:30:00.5Z',
  '2024-01-15T09:30:00.000000Z',
  '2024-01-15T09:30:00+00:00',
  '2024-01-15t09:30:00z',
  '2024-01-15T09:30:00Z\n',
])('%j is a date-time that the service refuses or answers in another form', (text) => {
  expect(takesTime(text)).toBe(false)
})

test.each([
  'https://host.example/',
  'http://localhost:8080/v1',
  'https://a.b-c.d1/x/y/z../?q=1&r=/?',
  'http://h:443x/',
])('%s is a URL only if the standard gives it back letter for letter', (text) => {
  expect(takesUrl(text)).toBe(URL.canParse(text) && new URL(text).href === text)
})

test.each([
  'https://host',
  'http://host:80/',
  'https://host:443/',
  'http://host:0/',
  'http://host:65536/',
  'http://1.2.3/',
  'http://xn--a/',
  'http://HOST/',
  'http://h/a/../b',
  'http://h/a/.',
  'http://h/%2e/',
  "http://h/?'",
  'http://h/ä',
  'ftp://h/x',
  `http://h/${'x'.repeat(5000)}`,
])('%s is left to the slow path', (text) => {
  expect(takesUrl(text)).toBe(false)
})
