/** Tells in one walk, for most documents, that no rule finds anything. */

import { mayHoldVendorToken } from '../display/index.js'
import type { SchemaName } from '../schemas/index.js'
import type { LintDocument, MinimumGpusOfSpec } from './document.js'
import type { DocumentNode } from './document-nodes.js'
import type { Rule } from './rule.js'
import { LETS_PASS, type LetsPass, RULE_FIELDS } from './rule-fields.js'
import { RULES } from './rules.js'
import { isRecord, type SchemaNode, schemaNode } from './schema-walk.js'

/** Which rules count. */
export interface QuickLint {
  /** Rules beside {@link RULES}. */
  readonly rules: readonly Rule[]
  readonly isOff: (code: string) => boolean
  /** Without it, a value that states a minimum of GPUs is left to `lint`. */
  readonly minimumGpus?: MinimumGpusOfSpec | undefined
}

/**
 * Whether `lint` finds nothing in a value that the fast path of validation accepts, and in which no integer is written with
 * a fraction or an exponent. False also where this cannot be told quickly.
 */
export function isUnremarkable(model: SchemaName, value: unknown, options: QuickLint): boolean {
  const walk = new QuickWalk()
  if (!walk.visit(shapeOf(model), value)) return false
  if (!walk.wantsAny && options.rules.length === 0) return true
  const { minimumGpus } = options
  const document: LintDocument = {
    ...{ model, written: value, value, seen: undefined, spelling: () => undefined },
    nodes: (name) => walk.nodesOf(name),
    minimumGpus: minimumGpus ?? (() => ({})),
  }
  for (let index = 0; index < RULES.length; index += 1) {
    const rule = walk.wants(index) ? RULES[index] : undefined
    if (rule === undefined || options.isOff(rule.code)) continue
    if (index === GPUS && minimumGpus === undefined) return false
    for (const _ of rule.check(document)) return false
  }
  for (const rule of options.rules) {
    if (options.isOff(rule.code)) continue
    for (const _ of rule.check(document)) return false
  }
  return true
}

/**
 * Which of {@link RULES} may find something in a value like that of {@link isUnremarkable}. Undefined where this cannot be told
 * quickly.
 */
export function rulesToAsk(model: SchemaName, value: unknown): ((rule: number) => boolean) | undefined {
  const walk = new QuickWalk()
  return walk.visit(shapeOf(model), value) ? (rule) => walk.wants(rule) : undefined
}

/** The rules that the walk itself stands for. */
const OF_WALK: ReadonlySet<string> = new Set(['unknown-field', 'coerced-value', 'inline-secret'])

const GPUS = RULES.findIndex(({ code }) => code === 'minimum-gpus-too-low')

/** A set of rules, as bits: the first 32, and the rest. */
type RuleSet = readonly [low: number, high: number]

function setOf(isIn: (code: string) => boolean): RuleSet {
  const bits = (from: number) =>
    RULES.slice(from, from + WORD).reduce((set, { code }, bit) => (isIn(code) ? set | (1 << bit) : set), 0)
  return [bits(0), bits(WORD)]
}

const WORD = 32

/** The rules that have to run on every document. */
const ALWAYS = setOf((code) => !OF_WALK.has(code) && !Object.hasOwn(RULE_FIELDS, code))

const OF_SECRETS = setOf((code) => code === 'inline-secret')

/** What a definition allows at a place. */
type Shape =
  | { readonly kind: 'object'; readonly title: string; readonly fields: Fields; readonly isOpen: boolean }
  | { readonly kind: 'list'; readonly items: Shape }
  /** The names of `typeof` that no conversion is needed for. */
  | { readonly kind: 'scalar'; readonly types: ReadonlySet<string> }

type Fields = ReadonlyMap<string, Field>

interface Field {
  readonly shape: Shape
  /** The rules that run if the field is set. */
  readonly rules: RuleSet
  /** The rules that let most values pass. */
  readonly lenient: readonly { readonly letsPass: LetsPass; readonly rules: RuleSet }[]
}

class QuickWalk {
  /** The nodes, and the title of the definition of each. */
  readonly #titles: string[] = []
  readonly #nodes: DocumentNode<never>[] = []
  #low = ALWAYS[0]
  #high = ALWAYS[1]

  /** Whether any rule may find something. */
  get wantsAny(): boolean {
    return this.#low !== 0 || this.#high !== 0
  }

  /** Whether a rule may find something. */
  wants(rule: number): boolean {
    return ((rule < WORD ? this.#low >>> rule : this.#high >>> (rule - WORD)) & 1) === 1
  }

  nodesOf(title: string): readonly DocumentNode<never>[] {
    return this.#nodes.filter((_, index) => this.#titles[index] === title)
  }

  /** Goes through a value. False if a field is unknown, or a scalar is not of its type. */
  visit(shape: Shape, value: unknown): boolean {
    if (value === null || value === undefined) return true
    if (shape.kind === 'object') return this.#object(shape, value)
    if (shape.kind === 'list') {
      return Array.isArray(value) && value.every((item) => this.visit(shape.items, item))
    }
    if (typeof value === 'object') this.#free(value)
    else if (!shape.types.has(typeof value)) return false
    else if (typeof value === 'string') this.#text(value)
    return true
  }

  #object({ title, fields, isOpen }: Extract<Shape, { kind: 'object' }>, value: unknown): boolean {
    if (!isRecord(value)) return false
    this.#titles.push(title)
    // Nobody asks for the place of a node before something is found in it.
    this.#nodes.push({ value: value as never, step: null })
    for (const key of Object.keys(value)) {
      const field = fields.get(key)
      const below = value[key]
      if (field === undefined) {
        if (!isOpen) return false
        this.#text(key)
        this.#free(below)
        continue
      }
      if (below === null || below === undefined) continue
      this.#want(field.rules)
      for (const { letsPass, rules } of field.lenient) if (!letsPass(below, value)) this.#want(rules)
      if (!this.visit(field.shape, below)) return false
    }
    return true
  }

  /** Any data: only the keys and tokens in it count. */
  #free(value: unknown): void {
    if (typeof value === 'string') this.#text(value)
    // The rule itself goes through what is nested.
    else if (typeof value === 'object' && value !== null) this.#want(OF_SECRETS)
  }

  #want([low, high]: RuleSet): void {
    this.#low |= low
    this.#high |= high
  }

  #text(text: string): void {
    if (mayHoldVendorToken(text)) this.#want(OF_SECRETS)
  }
}

const SHAPES = new Map<SchemaName, Shape>()

function shapeOf(model: SchemaName): Shape {
  const known = SHAPES.get(model)
  if (known !== undefined) return known
  const made = compiled(schemaNode(model), model)
  SHAPES.set(model, made)
  return made
}

function compiled(schema: SchemaNode, model: SchemaName): Shape {
  const variants = schema.anyOf ?? [schema]
  const { title = model, properties, items, additionalProperties } = variants[0] ?? schema
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, field]) => [name, compiledField(name, field, model)] as const)
    return { kind: 'object', title, fields: new Map(fields), isOpen: additionalProperties === true }
  }
  if (items !== undefined) return { kind: 'list', items: compiled(items, model) }
  return { kind: 'scalar', types: new Set(TYPES.filter((type) => variants.some((one) => takes(one, type)))) }
}

function compiledField(name: string, schema: SchemaNode, model: SchemaName): Field {
  const isAbout = (code: string) => RULE_FIELDS[code]?.includes(name) === true
  const lenient = Object.entries(LETS_PASS).filter(([code]) => isAbout(code))
  return {
    shape: compiled(schema, model),
    rules: setOf((code) => isAbout(code) && !Object.hasOwn(LETS_PASS, code)),
    lenient: lenient.map(([code, letsPass]) => ({ letsPass, rules: setOf((one) => one === code) })),
  }
}

const TYPES = ['string', 'number', 'boolean'] as const

function takes({ type }: SchemaNode, name: (typeof TYPES)[number]): boolean {
  return type === undefined || type === name || (type === 'integer' && name === 'number')
}
