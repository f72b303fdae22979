import { describe, expectTypeOf, it } from 'vitest'
import { type Finding, lint, RULES, type Rule } from '../../src/lint/index.js'

describe('lint', () => {
  it('takes the name of a definition and anything', () => {
    expectTypeOf(lint).parameter(0).toExtend<string>()
    expectTypeOf<'ModelEntity'>().toExtend<Parameters<typeof lint>[0]>()
    expectTypeOf<'Model'>().not.toExtend<Parameters<typeof lint>[0]>()
    expectTypeOf(lint).parameter(1).toBeUnknown()
  })

  it('answers findings that know whether they point at a key or a value', () => {
    expectTypeOf(lint).returns.toEqualTypeOf<Finding[]>()
    expectTypeOf<Finding['at']>().toEqualTypeOf<'key' | 'value' | 'holder'>()
    expectTypeOf<Finding['severity']>().toEqualTypeOf<'warning' | 'info'>()
    expectTypeOf(RULES).toEqualTypeOf<readonly Rule[]>()
  })
})
