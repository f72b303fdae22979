import { describe, expectTypeOf, it } from 'vitest'
import { type ModelRef, parseModelRef, type ReferenceProblem } from '../../src/references/index.js'

describe('the answer of a parser', () => {
  it('holds the value or the error, by its verdict', () => {
    const result = parseModelRef('llama')
    if (result.ok) expectTypeOf(result.value).toEqualTypeOf<ModelRef>()
    else expectTypeOf(result.error).toEqualTypeOf<ReferenceProblem>()
    expectTypeOf<ModelRef>().toEqualTypeOf<{ readonly workspace: string | null; readonly name: string }>()
  })
})
