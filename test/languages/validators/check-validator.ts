/** Asks a validator about the strict cases of the conformance suite, and names the class of each answer that is not the service's. */
import { readdirSync } from 'node:fs'
import { validateJson } from '../../../src/index.js'
import { isSchemaName } from '../../../src/schemas/index.js'
import { readRecords } from '../../oracle/records.js'
import { DIFFERENCE_CLASSES, DIFFERENCE_NAMES, type DifferenceName, plainBody } from './differences.js'

/** A body, the definition that it is held to, and whether the service accepts it in strict mode. */
export interface StrictCase {
  readonly id: string
  readonly model: string
  readonly body: string
  readonly ok: boolean
}

/** Asks a validator: one answer for each case. */
export type AskValidator = (cases: readonly StrictCase[]) => readonly boolean[]

/** How many answers differ from the service's, by class, and those that no class explains. */
export interface Differences {
  readonly asked: number
  readonly byClass: Readonly<Partial<Record<DifferenceName, number>>>
  readonly unexplained: readonly StrictCase[]
}

/** Every recorded case in strict mode, in which values are not converted: what a schema can say. */
export function strictCases(): StrictCase[] {
  const names = readdirSync(new URL('../../../conformance/cases/', import.meta.url))
  return names
    .flatMap((name) => readRecords(name.replace('.jsonl.gz', '')))
    .flatMap(({ id, model, body, mode, ok }) =>
      mode === 'strict' && body !== undefined ? [{ id, model, body, ok }] : [],
    )
}

/** Compares a validator with the service. */
export function differencesOf(ask: AskValidator, cases: readonly StrictCase[]): Differences {
  const answers = ask(cases)
  const differing = cases.filter(({ ok }, index) => answers[index] !== ok)
  const rewritten = differing.map((one) => DIFFERENCE_NAMES.flatMap((name) => rewrittenCase(one, [name])))
  const ofAll = differing.flatMap((one) => rewrittenCase(one, DIFFERENCE_NAMES))
  const asked = [...rewritten.flat(), ...ofAll]
  const second = ask(asked)
  const agreed = new Map<string, DifferenceName>()
  for (const [index, { id, ok, names }] of asked.entries()) {
    const [name] = names
    if (second[index] === ok && name !== undefined && !agreed.has(id)) agreed.set(id, name)
  }
  const byClass: Partial<Record<DifferenceName, number>> = {}
  for (const name of agreed.values()) byClass[name] = (byClass[name] ?? 0) + 1
  return { asked: cases.length, byClass, unexplained: differing.filter(({ id }) => !agreed.has(id)) }
}

interface RewrittenCase extends StrictCase {
  /** The classes that have changed the body. */
  readonly names: readonly DifferenceName[]
}

/** The case with plain values of some classes, and the verdict on them. Empty if the body has none of their values. */
function rewrittenCase({ id, model, body }: StrictCase, classes: readonly DifferenceName[]): RewrittenCase[] {
  let text = body
  const names = classes.filter((name) => {
    const plain = plainBody(text, DIFFERENCE_CLASSES[name])
    text = plain ?? text
    return plain !== undefined
  })
  if (names.length === 0 || !isSchemaName(model)) return []
  return [{ id, model, body: text, names, ok: validateJson(model, text, { mode: 'strict' }).ok }]
}
