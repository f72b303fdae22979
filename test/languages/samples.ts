import { readFileSync } from 'node:fs'
import { jsonSchema } from '../../src/export/index.js'
import type { SchemaName } from '../../src/schemas/index.js'
import { Random } from '../oracle/random.js'

/** Entities for the round trips: the API page's example, and generated ones. The same seed gives the same entities. */
export function samples(count: number, seed: number): unknown[] {
  const random = new Random(seed)
  return [pageExample(), ...Array.from({ length: count }, () => sample('ModelEntity', random))]
}

/** One generated value of a definition. */
export function sample(model: SchemaName, random: Random): unknown {
  const schema: Schema = jsonSchema(model)
  return new Sampler(schema, random).value(schema, '')
}

function pageExample(): unknown {
  return JSON.parse(readFileSync(new URL('../../examples/page/example-response.json', import.meta.url), 'utf8'))
}

interface Schema {
  readonly [keyword: string]: unknown
}

/** Draws a value from a schema as the artifacts write it. */
class Sampler {
  readonly #root: Schema
  readonly #random: Random

  constructor(root: Schema, random: Random) {
    this.#root = root
    this.#random = random
  }

  value(schema: Schema, field: string): unknown {
    const reference = schema['$ref']
    if (typeof reference === 'string') return this.value(this.#definition(reference), field)
    if (Array.isArray(schema['anyOf'])) return this.value(this.#random.pick(schema['anyOf']), field)
    if (Array.isArray(schema['enum'])) return this.#random.pick(schema['enum'])
    const types = [schema['type']].flat()
    // Null is as likely as any other type: generators that cannot read it are found at once.
    const type = this.#random.pick(types)
    switch (type) {
      case 'null':
        return null
      case 'boolean':
        return this.#random.chance(0.5)
      case 'integer':
        return this.#integer(schema)
      case 'number':
        return this.#random.pick([this.#random.below(1001) / 1000, this.#random.fraction()])
      case 'string':
        return this.#string(schema, field)
      case 'array':
        return Array.from({ length: this.#random.below(4) }, () => this.value(Object(schema['items']), field))
      case 'object':
        return this.#object(schema)
      default:
        return this.#free(3)
    }
  }

  #definition(reference: string): Schema {
    const name = reference.split('/').at(-1) ?? ''
    return Object(Object(this.#root['$defs'])[name])
  }

  #object(schema: Schema): object {
    const entries: [string, unknown][] = []
    const required: readonly unknown[] = [schema['required'] ?? []].flat()
    for (const [name, field] of Object.entries(Object(schema['properties']))) {
      if (required.includes(name) || this.#random.chance(0.6)) entries.push([name, this.value(Object(field), name)])
    }
    const isOpen = schema['additionalProperties'] !== undefined
    const extras = isOpen ? this.#random.below(4) : 0
    for (let index = 0; index < extras; index += 1) entries.push([this.#random.pick(KEYS), this.#free(3)])
    return Object.fromEntries(entries)
  }

  /** Counts are of 32 bits, except where the artifact says 64: up to what a JavaScript number holds. */
  #integer(schema: Schema): number {
    const limit = schema['format'] === 'int64' ? Number.MAX_SAFE_INTEGER : 2 ** 31 - 1
    const least = typeof schema['minimum'] === 'number' ? schema['minimum'] : 0
    return this.#random.pick([least, least + this.#random.below(100_000), this.#random.below(limit) + 1, limit])
  }

  #string(schema: Schema, field: string): string {
    if (schema['format'] === 'date-time') return this.#random.pick(TIMES)
    if (schema['format'] === 'uri') return this.#random.pick(URLS)
    if (field === 'model' && schema['pattern'] !== undefined) return this.#random.pick(REFERENCES)
    if (schema['pattern'] !== undefined) return this.#random.text([...'abcXYZ019_-.'], 40) || 'a'
    return this.#random.text(PIECES, 30)
  }

  #free(depth: number): unknown {
    const kind = depth === 0 ? 0 : this.#random.below(5)
    if (kind === 1) return Array.from({ length: this.#random.below(4) }, () => this.#free(depth - 1))
    if (kind === 2) return { [this.#random.pick(KEYS)]: this.#free(depth - 1), [this.#random.text(PIECES, 5)]: null }
    return this.#random.pick([
      ...[
        null,
        true,
        false,
        0,
        -7,
        8_000_000_000,
        9_007_199_254_740_991,
        -9_007_199_254_740_991,
        0.1,
        -2.5e-7,
        1.5e300,
      ],
      ...['', '2024-01-15T09:30:00Z', 'true', this.#random.text(PIECES, 12)],
    ])
  }
}

const PIECES = [...'abc XYZ 09_-./{}"\\\'<>&\n\t$', 'é', 'ß', '日本', '🦙', '\u00a0', '\u2028', '{{x}}', '\u0001']
const KEYS = ['team', 'cost_center', 'Größe', 'with space', 'a.b', '$ref', 'type', 'n', '🦙', '@id', 'x-y', '']
const URLS = [
  'https://api.example.com/v1',
  'http://localhost:8000/',
  'https://h.example/a%20b?x=1&y=2#z',
  'http://[::1]:80/',
]
const REFERENCES = ['llama-3.1-8b', 'default/llama-3.1-8b', 'ab', 'a@b/c+d_e.f']
const TIMES = [
  ...[
    '2024-01-15T09:30:00Z',
    '2024-02-29T23:59:59.123456Z',
    '1999-12-31T00:00:00+05:30',
    '2038-01-19T03:14:08.5-08:00',
  ],
  ...['2026-11-25T20:23:16.597048Z'],
]
