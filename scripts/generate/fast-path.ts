import { definitionPlans } from './definition-plans.js'
import { fastPathModule } from './fast-path/module.js'
import type { Generator } from './generator.js'

/** The fast path: for each definition a function that accepts or rejects a value, and one that builds the result. */
export const fastPathGenerator: Generator = {
  name: 'fast path',
  async files() {
    const { definitions, parts } = definitionPlans()
    const plans = { ...definitions, ...parts }
    return new Map([
      ['src/validation/generated/fast-path.js', `${HEADER}${fastPathModule(plans, '../fast-path/runtime.js')}`],
      ['src/validation/generated/fast-path.d.ts', `${HEADER}${DECLARATION}`],
    ])
  },
}

const HEADER = '// Generated from src/schemas by scripts/generate/fast-path.ts: `npm run generate`.\n'
const DECLARATION = `export declare const FAST_PATHS: readonly [
  accepts: (value: unknown) => boolean,
  build: (value: unknown) => unknown,
][]
`
