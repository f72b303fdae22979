import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SCHEMA_NAMES, SCHEMAS } from '../../../src/schemas/index.js'
import { compilePlan } from '../../../src/validation/plan/compile-plan.js'
import { runSlowPath } from '../../../src/validation/slow-path.js'
import { fastPathOf } from './fast-path-of.js'
import { valuesOf } from './values.js'

describe.each(SCHEMA_NAMES)('what the fast path of %s builds', (name) => {
  // A plan of its own: only the plans that are generated have a fast path, which the slow path would take for its parts.
  const plan = compilePlan(SCHEMAS[name])

  test.each(['lax', 'strict'] as const)('the slow path alone answers too, in %s mode', (mode) => {
    let built = 0
    fc.assert(
      fc.property(valuesOf(plan), (value) => {
        const fastPath = fastPathOf(name)
        const answer = fastPath.accepts(value) ? fastPath.build(value) : undefined
        if (answer === undefined) return
        built += 1
        const slow = runSlowPath(plan, value, { mode })
        expect([slow, isDeepStrictEqual(slow, { ok: true, value: answer })]).toEqual([
          { ok: true, value: answer },
          true,
        ])
      }),
    )
    expect(built).toBeGreaterThan((fc.readConfigureGlobal().numRuns ?? 100) / 20)
  })
})
