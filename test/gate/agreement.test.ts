import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFINITIONS } from '../../scripts/generate/gate/definition.js'
import { explain } from '../../src/validation/explain.js'
import { gateFor } from '../../src/validation/gate.js'
import { planOf } from '../../src/validation/plan-of.js'
import { valuesFor } from './arbitrary.js'

describe.each(DEFINITIONS)('what the gate of %s builds', (name, definition) => {
  test.each(['lax', 'strict'] as const)('the explainer answers too, in %s mode', (mode) => {
    fc.assert(
      fc.property(valuesFor(definition), (value) => {
        const gate = gateFor(name)
        const built = gate.accepts(value) ? gate.build(value) : undefined
        if (built === undefined) return
        expect(explain(planOf(name), value, { mode })).toStrictEqual({ ok: true, value: built })
      }),
    )
  })
})
