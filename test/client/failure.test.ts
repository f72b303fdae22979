import { describe, expect, it } from 'vitest'
import { failureOf } from '../../src/client/failure.js'

/** As the runtimes throw them: Node 20 to 26, Bun 1.2, Deno 2, Chromium 130, Firefox 132. */
describe('what fetch throws', () => {
  it.each([
    ['Node, one address', nodes(coded('ECONNREFUSED')), 'ECONNREFUSED'],
    ['Node, several addresses', nodes(aggregate(coded('ECONNREFUSED'), coded('ECONNREFUSED'))), 'ECONNREFUSED'],
    ['Bun', coded('ConnectionRefused'), 'ConnectionRefused'],
    [
      'Deno',
      new TypeError(
        'error sending request for url (http://h/): client error (Connect): tcp connect error: Connection refused (os error 111)',
      ),
      undefined,
    ],
  ])('a refused connection is told apart: %s', (_, error, code) => {
    expect(failureOf(error)).toEqual({ kind: 'refused', isBeforeSending: true, ...(code && { code }) })
  })

  it.each([
    ['one address that was reached', nodes(aggregate(coded('ECONNREFUSED'), coded('ECONNRESET'))), false],
    ['a host that is not found', nodes(coded('ENOTFOUND')), true],
    ['a broken connection', nodes(coded('UND_ERR_SOCKET')), false],
    ['Chromium, which tells nothing', new TypeError('Failed to fetch'), false],
    ['Firefox', new TypeError('NetworkError when attempting to fetch resource.'), false],
    ['a text that only speaks of it', new Error('the proxy said: connection refused'), false],
    ['nothing', undefined, false],
    ['a text', 'ECONNREFUSED', false],
  ])('anything else is not a refused connection: %s', (_, error, isBeforeSending) => {
    expect(failureOf(error)).toMatchObject({ kind: 'other', isBeforeSending })
  })

  it.each(['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])('%s is a time-out', (code) => {
    expect(failureOf(nodes(coded(code)))).toEqual({ kind: 'timeout', isBeforeSending: false, code })
  })

  it('a connection that could not be opened in time was not used', () => {
    expect(failureOf(nodes(coded('UND_ERR_CONNECT_TIMEOUT')))).toMatchObject({ kind: 'timeout', isBeforeSending: true })
  })

  it('a chain of causes without an end is left', () => {
    const error = new Error('a')
    error.cause = error
    expect(failureOf(error)).toMatchObject({ kind: 'other', isBeforeSending: false })
  })

  it('a code that is none is not told', () => {
    expect(failureOf(coded('Bearer sk-123'))).toEqual({ kind: 'other', isBeforeSending: false })
  })
})

function coded(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code })
}

function aggregate(...errors: readonly Error[]): Error {
  return Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' })
}

function nodes(cause: Error): Error {
  return new TypeError('fetch failed', { cause })
}
