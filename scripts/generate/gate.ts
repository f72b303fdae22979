/** The gate: a function for each definition that says whether a value needs no change, and one that makes the answer of it. */

import * as copies from '../../src/validation/fast-path/copy.js'
import * as checks from '../../src/validation/fast-path/text-checks.js'
import { ajvModule } from './gate/accept.js'
import { buildFunctions } from './gate/build.js'
import { DEFINITIONS } from './gate/definition.js'
import { stripErrors } from './gate/strip.js'
import type { Generator } from './generator.js'

/** Makes the two modules of src/validation/generated and their declarations. */
export const gateGenerator: Generator = {
  name: 'gate',
  async files() {
    const accept = `${enumerations()}${await stripErrors(ajvModule())}`
    return new Map([
      [`${FOLDER}/accept.js`, module('accepts', accept, '../fast-path/text-checks.js', checks)],
      [`${FOLDER}/accept.d.ts`, declaration('accepts', 'boolean')],
      [`${FOLDER}/build.js`, module('builds', buildFunctions(), '../fast-path/copy.js', copies)],
      [`${FOLDER}/build.d.ts`, declaration('builds', 'unknown')],
    ])
  },
}

const FOLDER = 'src/validation/generated'
const HEADER = '// Generated from src/schemas by scripts/generate/gate.ts: `npm run generate`.\n'
const NAMES = DEFINITIONS.map(([name]) => name)

/** The functions, what they use of `helpers`, and one table of them by model. */
function module(table: string, functions: string, path: string, helpers: object): string {
  const used = Object.keys(helpers).filter((name) => new RegExp(`\\b${name}\\b`).test(functions))
  const imports = `import { ${used.sort().join(', ')} } from '${path}'\n`
  return `${HEADER}${imports}\n${functions}\nexport const ${table} = {\n${NAMES.map((name) => `  ${name},\n`).join('')}}\n`
}

function declaration(table: string, returns: string): string {
  return `${HEADER}import type { SchemaName } from '../../schemas/index.js'\n
export declare const ${table}: Readonly<Record<SchemaName, (value: unknown) => ${returns}>>\n`
}

function enumerations(): string {
  const sets = DEFINITIONS.flatMap(([name, definition]) =>
    definition.enum === undefined ? [] : `const ${name}Members = new Set(${JSON.stringify(definition.enum)})\n`,
  )
  return `${sets.join('')}\n`
}
