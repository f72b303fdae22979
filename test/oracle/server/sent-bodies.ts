import { gzipSync } from 'node:zlib'
import { cases } from '../bodies.js'
import { Random } from '../random.js'
import type { SentBody } from './sent-body.js'

/**
 * Requests with every kind of content type, encoding, length and chunking around the bodies of `cases`; the same for the same seed. About half
 * are sent as a client would send them.
 */
export function* sentBodies(count: number, seed: number): Generator<SentBody> {
  const random = new Random(seed)
  for (const { id, model, body, base64 } of cases(count, seed)) {
    const bytes = base64 === undefined ? Buffer.from(body ?? '') : Buffer.from(base64, 'base64')
    const sent = random.chance(0.5) ? bytes : random.pick(TRANSPORTS)(bytes, random)
    const isPlain = random.chance(0.5)
    const headers = isPlain ? [JSON_TYPE] : headersOf(random)
    const chunks = random.chance(0.25) ? { chunks: 1 + random.below(20) } : {}
    yield { id, model, headers, base64: sent.toString('base64'), ...chunks }
  }
}

const JSON_TYPE = ['content-type', 'application/json'] as const

function headersOf(random: Random): (readonly [string, string])[] {
  const type = random.pick(CONTENT_TYPES)
  const headers: (readonly [string, string])[] = type === null ? [] : [['content-type', type]]
  if (random.chance(0.2))
    headers.push(['content-encoding', random.pick(['gzip', 'identity', 'br', 'deflate', 'x', ''])])
  return headers
}

/** What becomes of the bytes of a body on its way. */
const TRANSPORTS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  () => Buffer.alloc(0),
  (_, random) => Buffer.from(random.text([' ', '\n', '\t', '\r', '\u00a0', '\ufeff', '\0'], 5)),
  (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf]), bytes]),
  (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  (bytes) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString('utf8'), 'utf16le')]),
  (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le').swap16(),
  (bytes) => Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(bytes.toString('utf8'), 'utf16le').swap16()]),
  (bytes) => utf32(bytes.toString('utf8')),
  (bytes) => utf32(bytes.toString('utf8')).swap32(),
  (bytes) => Buffer.from(bytes.toString('utf8'), 'latin1'),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => withBytes(bytes, random, [0xff, 0xc0, 0x80, 0xed, 0xa0, 0xf5]),
  (bytes, random) => withBytes(bytes, random, [0x00, 0x1f, 0x7f, 0x85]),
  (bytes) => gzipSync(bytes),
  (bytes, random) => Buffer.concat([bytes, Buffer.from(random.pick([' ', '\n', '\0', 'x', '{}', ',', '\u00a0']))]),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(random.below(300_000), ' ')]),
  (bytes, random) => Buffer.from(`{"name": "m", "description": "${'d'.repeat(random.below(200_000))}", "x": ${bytes}}`),
  () => Buffer.from('name=m&description=d'),
  () => Buffer.from('--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nm\r\n--b--\r\n'),
]

function utf32(text: string): Buffer {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0)
  const bytes = Buffer.alloc(4 * points.length)
  points.forEach((point, at) => {
    bytes.writeUInt32LE(point, 4 * at)
  })
  return bytes
}

function withBytes(bytes: Buffer, random: Random, strange: readonly number[]): Buffer {
  const at = random.below(bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([random.pick(strange)]), bytes.subarray(at)])
}

/** `null`: none. */
const CONTENT_TYPES: readonly (string | null)[] = [
  null,
  '',
  ' ',
  'application/json; charset=utf-8',
  'application/json;charset=utf-16',
  'application/json; charset=latin-1',
  'application/json; charset="x;y"',
  'application/json;',
  'application/json ;v=1',
  'application/json; =',
  'application/json; a/b',
  'APPLICATION/JSON',
  'application/JSON; Charset=UTF-8',
  ' application/json\t',
  'application /json',
  'application/ json',
  'application/json\u00a0',
  'application/json\u0085',
  'application/json, text/plain',
  'text/plain, application/json',
  'application/json, application/json',
  'application//json',
  '/json',
  'application/',
  'application',
  'json',
  ';application/json',
  'application/problem+json',
  'application/vnd.api+json; ext="https://example.com"',
  'application/+json',
  'application/x+json+xml',
  'application/json+x',
  'application/jsonx',
  'application/xjson',
  'application/json-patch+json',
  'application/geo+JSON',
  'application/*',
  '*/*',
  'text/json',
  'text/x-json',
  'model/x+json',
  'text/plain',
  'text/plain; charset=utf-16',
  'text/html',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'multipart/form-data',
  'application/x-ndjson',
  'application/xml',
  '"application/json"',
  'application/json"',
  'applic\u00e4tion/json',
]
