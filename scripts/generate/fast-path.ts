import { SCHEMAS } from '../../src/schemas/index.js'
import { compilePlan } from '../../src/validation/plan/compile-plan.js'
import { fastPathModule } from './fast-path/module.js'
import type { Generator } from './generator.js'

/** The fast path: for each definition a function that gives the verdict on a value, and one that makes the answer. */
export const fastPathGenerator: Generator = {
  name: 'fast path',
  async files() {
    const plans = Object.fromEntries(
      Object.entries(SCHEMAS).map(([name, definition]) => [name, compilePlan(definition)]),
    )
    return new Map([
      ['src/validation/generated/fast-path.js', `${HEADER}${fastPathModule(plans, '../fast-path/runtime.js')}`],
      ['src/validation/generated/fast-path.d.ts', `${HEADER}${DECLARATION}`],
    ])
  },
}

const HEADER = '// Generated from src/schemas by scripts/generate/fast-path.ts: `npm run generate`.\n'
const DECLARATION = `import type { SchemaName } from '../../schemas/index.js'

export declare const FAST_PATHS: Readonly<
  Record<SchemaName, { accepts(value: unknown): boolean; build(value: unknown): unknown }>
>
`
