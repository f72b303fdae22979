import type * as runtime from '../../../src/validation/fast-path/runtime.js'
import type { Plan } from '../../../src/validation/plan/plan.js'
import { identifier } from './source.js'

/** What generated code may import. */
export type Helper = keyof typeof runtime

/** One function of the module: its parameter and its body, a statement a line. */
export interface FunctionText {
  readonly parameter: string
  readonly body: readonly string[]
}

/** The module while it is written: its constants, its functions, and the helpers that it imports. */
export class ModuleWriter {
  private readonly helpers = new Set<Helper>()
  private readonly constants = new Map<string, string>()
  private readonly functions = new Map<string, { readonly name: string; text: FunctionText }>()
  private readonly names = new Set<string>()
  private readonly plans: ReadonlyMap<string, string>

  /** @param plans - the plans that have names: wherever one of them stands in another, its function is called */
  constructor(plans: Readonly<Record<string, Plan>>) {
    this.plans = new Map(Object.entries(plans).map(([name, plan]) => [JSON.stringify(plan), name]))
  }

  /** The name of a helper, which is imported from now on. */
  helper(name: Helper): string {
    this.helpers.add(name)
    return name
  }

  /** The name of a constant; equal expressions share one. */
  constant(hint: string, expression: string): string {
    const known = this.constants.get(expression)
    if (known !== undefined) return known
    const name = this.freeName(hint)
    this.constants.set(expression, name)
    return name
  }

  /** The name of a function that does `purpose` for a plan; it is written when it is first asked for. */
  functionFor(purpose: string, plan: Plan, hint: string, write: () => FunctionText): string {
    const key = `${purpose} ${JSON.stringify(plan)}`
    const known = this.functions.get(key)
    if (known !== undefined) return known.name
    const name = this.freeName(`${purpose}${identifier(this.nameOf(plan) ?? hint)}`)
    const entry = { name, text: { parameter: '', body: [] as readonly string[] } }
    this.functions.set(key, entry)
    entry.text = write()
    return name
  }

  /** The name under which a plan was given. */
  nameOf(plan: Plan): string | undefined {
    return this.plans.get(JSON.stringify(plan))
  }

  /** The text of the module, the imports first. */
  text(runtimePath: string, footer: string): string {
    const imports = [...this.helpers].sort().map((name) => `  ${name},\n`)
    const constants = [...this.constants].map(([expression, name]) => `const ${name} = ${expression}\n`)
    const functions = [...this.functions.values()].map(
      ({ name, text: { parameter, body } }) =>
        `function ${name}(${parameter}) {\n${body.map((line) => `  ${line}\n`).join('')}}\n`,
    )
    const importStatement = imports.length === 0 ? '' : `import {\n${imports.join('')}} from '${runtimePath}'\n`
    return [importStatement, constants.join(''), ...functions, footer].filter(Boolean).join('\n')
  }

  private freeName(hint: string): string {
    let name = hint
    for (let count = 2; this.names.has(name); count += 1) name = `${hint}${count}`
    this.names.add(name)
    return name
  }
}
