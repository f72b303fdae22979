import { PLANS } from '../../src/validation/generated/plans.js'
import type { ModelPlan, Plan } from '../../src/validation/plan/plan.js'
import { Random } from './random.js'
import type { Case } from './records.js'
import { quoted, spelling } from './spellings.js'

/** The models that the service answers for: those that are objects. */
const MODELS: readonly ModelPlan[] = Object.values(PLANS).filter((plan): plan is ModelPlan => plan.kind === 'model')

/** Cases of every sort, the same for the same seed. */
export function* cases(count: number, seed: number): Generator<Case> {
  const random = new Random(seed)
  for (let index = 0; index < count; index += 1) {
    const id = `${seed}/${index}`
    const model = random.pick(MODELS)
    const body = bodyText(model, random)
    switch (random.below(20)) {
      case 0:
        yield { id, model: model.name, body: random.edited(body, JSON_PIECES) }
        break
      case 1:
        yield { id, model: model.name, base64: encoded(body, random) }
        break
      case 2:
        yield { id, model: model.name, body, content_type: random.pick(CONTENT_TYPES) }
        break
      case 3:
      case 4:
      case 5:
        yield { id, model: model.name, body, mode: 'strict' }
        break
      default:
        yield { id, model: model.name, body }
    }
  }
}

/** Some fields right, a few wrong or missing, sometimes one twice or unknown. */
function bodyText(plan: ModelPlan, random: Random): string {
  const errorRate = random.pick([0, 0.05, 0.2, 0.5])
  return random.chance(0.02) ? spelling('any', random) : modelText(plan, errorRate, random)
}

function modelText(plan: ModelPlan, errorRate: number, random: Random): string {
  const entries: string[] = []
  for (const field of plan.fields) {
    const presence = field.required ? 1 - errorRate / 3 : 0.3
    if (random.chance(presence)) entries.push(entry(field.name, valueText(field.plan, errorRate, random), random))
    if (random.chance(errorRate / 20)) entries.push(entry(field.name, spelling(field.plan.kind, random), random))
  }
  if (random.chance(0.1)) entries.push(entry(random.pick(STRANGE_KEYS), freeText(random, 3), random))
  // A key that stands twice, whatever stands under it: the last wins, at the place of the first.
  if (entries.length > 1 && random.chance(0.05)) entries.push(random.pick(entries))
  if (random.chance(0.1)) entries.reverse()
  return `{${entries.join(random.pick([',', ', ', ' ,\n']))}}`
}

function entry(key: string, value: string, random: Random): string {
  return `${quoted(key, random)}${random.pick([':', ': ', ' :\t'])}${value}`
}

function valueText(plan: Plan, errorRate: number, random: Random): string {
  if (random.chance(errorRate)) return spelling(plan.kind === 'nullable' ? plan.inner.kind : plan.kind, random)
  switch (plan.kind) {
    case 'nullable':
      return random.chance(0.2) ? 'null' : valueText(plan.inner, errorRate, random)
    case 'model':
      return modelText(plan, errorRate, random)
    case 'list':
      return listText(random, () => valueText(plan.items, errorRate, random))
    case 'union':
      return valueText(random.pick(plan.members), errorRate, random)
    case 'record':
      return `{${entry(random.pick(STRANGE_KEYS), freeText(random, 3), random)}}`
    case 'any':
      return freeText(random, 3)
    case 'string':
      return plan.pattern === undefined ? GOOD.string(random) : random.pick(['"llama-3.1"', '"default"', '"modèle_7"'])
    default:
      return GOOD_OF.get(plan.kind)?.(random) ?? 'null'
  }
}

const GOOD = {
  boolean: (random: Random) => random.pick(['true', 'false']),
  datetime: (random: Random) => random.pick(['"2024-01-15T09:30:00Z"', '"2024-01-15T09:30:00.5+05:30"', '1705311000']),
  enum: (random: Random) => random.pick(['"lora"', '"OPENAI_CHAT"']),
  integer: (random: Random) => String(random.below(100_000)),
  number: (random: Random) => String(random.fraction()),
  string: (random: Random) => random.pick(['"llama"', '"default"', '"ws/llama-3.1"']),
  url: (random: Random) => random.pick(['"https://host.com/v1"', '"http://[::1]:8000"']),
} as const

/** By the kinds of plan that a definition of the platform has. */
const GOOD_OF: ReadonlyMap<string, (random: Random) => string> = new Map(Object.entries(GOOD))

const STRANGE_KEYS = [
  '__proto__',
  'constructor',
  'extra',
  'name ',
  '',
  'é',
  '_sa',
  'toString',
  '0',
  '\ud800',
  'a\udc00',
  'x',
]

/** A value for a free field: it may hold what no other field may. */
function freeText(random: Random, depth: number): string {
  const kind = depth === 0 ? 0 : random.below(4)
  if (kind === 1) return listText(random, () => freeText(random, depth - 1))
  if (kind === 2) return `{${entry(random.pick(STRANGE_KEYS), freeText(random, depth - 1), random)}}`
  return random.pick([
    'NaN',
    'Infinity',
    '-Infinity',
    '1e999',
    '-1e999',
    ...Array.from({ length: 8 }, () => spelling('any', random)),
  ])
}

function listText(random: Random, item: () => string): string {
  return `[${Array.from({ length: random.below(4) }, item).join(',')}]`
}

const JSON_PIECES = [
  ...'{}[],:"\\0123456789-+.eE \n\t\r\f',
  ...[
    'null',
    'true',
    'nul',
    'NaN',
    '-Infinity',
    'Infinity',
    '\\u',
    '\\ud83e',
    '\\udd99',
    '\\x',
    '\u0000',
    '\u00a0',
    'é',
    '🦙',
    '\ufeff',
    "'",
    '//',
  ],
]

const CONTENT_TYPES = [
  'application/json; charset=utf-8',
  'Application/JSON',
  'application/hal+json',
  'text/plain',
  'application/jsonl',
  'application/json5',
  '',
  'application/json,text/plain',
  ' application/json',
  'application/json ;x',
  'application/+json',
  'application/x/json',
  '/json',
  'json',
  'text/json',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json+xml',
  '"application/json"',
]

/** A text in some encoding, sometimes with a byte changed or missing. */
function encoded(text: string, random: Random): string {
  const mark = random.chance(0.4) ? '\ufeff' : ''
  const bytes = random.pick([utf8, utf16, utf16.swapped, utf32, utf32.swapped])(mark + text)
  if (random.chance(0.3) && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256)
  return bytes.subarray(0, random.chance(0.2) ? bytes.length - 1 : bytes.length).toString('base64')
}

function utf8(text: string): Buffer {
  return Buffer.from(text, 'utf8')
}

const utf16 = Object.assign((text: string): Buffer => Buffer.from(text, 'utf16le'), {
  swapped: (text: string): Buffer => Buffer.from(text, 'utf16le').swap16(),
})

const utf32 = Object.assign((text: string): Buffer => utf32Bytes(text), {
  swapped: (text: string): Buffer => utf32Bytes(text).swap32(),
})

function utf32Bytes(text: string): Buffer {
  const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  const bytes = Buffer.alloc(codePoints.length * 4)
  codePoints.forEach((codePoint, index) => {
    bytes.writeUInt32LE(codePoint, index * 4)
  })
  return bytes
}
