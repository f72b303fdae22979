import type * as runtime from '../../../src/validation/fast-path/runtime.js'
import type { Plan } from '../../../src/validation/plan/plan.js'
import { identifier } from './source.js'

/** The helpers that generated code may import. */
export type Helper = keyof typeof runtime

/** One function of the module: its parameter and its body, with one statement per line. */
export interface FunctionText {
  readonly parameter: string
  readonly body: readonly string[]
}

/** Collects the constants, functions and imported helpers of the module. */
export class ModuleWriter {
  private readonly helpers = new Set<Helper>()
  private readonly constants = new Map<string, string>()
  private readonly functions = new Map<string, { readonly name: string; text: FunctionText }>()
  private readonly names = new Set<string>()
  private readonly plans: ReadonlyMap<string, string>

  /** @param plans - the named plans. If one of them is part of another, its function is called */
  constructor(plans: Readonly<Record<string, Plan>>) {
    this.plans = new Map(Object.entries(plans).map(([name, plan]) => [JSON.stringify(plan), name]))
  }

  /** The name of a helper. Adds it to the imports. */
  helper(name: Helper): string {
    this.helpers.add(name)
    return name
  }

  /** The name of a constant. Equal expressions share one. */
  constant(hint: string, expression: string): string {
    const known = this.constants.get(expression)
    if (known !== undefined) return known
    const name = this.freeName(hint)
    this.constants.set(expression, name)
    return name
  }

  /** The name of the function for a purpose and a plan. The first call writes the function. */
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

  /** The name of a named plan. */
  nameOf(plan: Plan): string | undefined {
    return this.plans.get(JSON.stringify(plan))
  }

  /** The text of the module, starting with the imports. */
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
