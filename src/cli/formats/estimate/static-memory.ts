import { maskSecrets } from '../../../display/index.js'
import type { ForwardPassError, StaticMemory } from '../../../estimate/index.js'
import { jsonText } from '../../json-text.js'
import { painter } from '../../paint.js'
import { count, gib } from '../numbers.js'
import { printable } from '../printable.js'
import type { EstimateFormat } from './index.js'
import { markdownNotes } from './markdown-notes.js'

/** What `estimate` prints for a model whose activations cannot be estimated. */
export interface StaticMemoryReport {
  readonly name: string
  readonly method: string
  readonly error: ForwardPassError
  readonly notes: readonly string[]
}

/** The output formats of static memory (parameters, gradients and optimizer states), by name. */
export const STATIC_MEMORY_FORMATS: Readonly<Record<EstimateFormat, (report: StaticMemoryReport) => string>> = {
  pretty({ name, method, error, notes }) {
    const paint = painter(process.stdout)
    const rows = PARTS.map(
      ([part, label]) =>
        `    ${label.padEnd(17)} ${gib(error.parts[part]).padStart(12)}           ${count(error.parts[part])}`,
    )
    const heading = `${paint('bold', printable(name))}  ${printable(error.family)}, ${method}`
    const unknown = `${paint('red', 'unknown:')} ${printable(error.message)}`
    const noted = notes.map((note) => `${paint('dim', 'note:')} ${printable(note)}`)
    const blocks = [heading, unknown, rows.join('\n'), ...(noted.length > 0 ? [noted.join('\n')] : [])]
    return `${blocks.join('\n\n')}\n`
  },
  json({ name, method, error: { family, message, parts }, notes }) {
    return `${jsonText(maskSecrets({ name, family, method, error: message, parts, notes }).value)}\n`
  },
  markdown({ name, error, notes }) {
    const rows = PARTS.map(([part, label]) => `| ${label} | ${gib(error.parts[part])} |`)
    return `${printable(error.message)}\n\n| ${printable(name)} | |\n| --- | --- |\n${rows.join('\n')}\n${markdownNotes(notes)}`
  },
}

const PARTS: readonly (readonly [keyof StaticMemory, string])[] = [
  ['parameters', 'parameters'],
  ['gradients', 'gradients'],
  ['optimizerStates', 'optimizer states'],
]
