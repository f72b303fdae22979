import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFINITIONS } from '../../../scripts/generate/gate/definition.js'
import { fastPathOf } from '../../../src/validation/fast-path/fast-path.js'
import { planOf } from '../../../src/validation/plan/plan-of.js'
import { runSlowPath } from '../../../src/validation/slow-path.js'
import { valuesFor } from './arbitrary.js'

describe.each(DEFINITIONS)('what the fast path of %s builds', (name, definition) => {
  test.each(['lax', 'strict'] as const)('the slow path answers too, in %s mode', (mode) => {
    fc.assert(
      fc.property(valuesFor(definition), (value) => {
        const fastPath = fastPathOf(name)
        const built = fastPath.accepts(value) ? fastPath.build(value) : undefined
        if (built === undefined) return
        expect(runSlowPath(planOf(name), value, { mode })).toStrictEqual({ ok: true, value: built })
      }),
    )
  })
})
