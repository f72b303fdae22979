import { isObject } from '../../../architecture/config-object.js'
import type { CheckpointDifferences, FieldDifference } from '../../../checkpoint/read/index.js'
import { maskSecrets } from '../../../display/index.js'
import { unifiedDiff } from '../../fix/unified-diff.js'
import { jsonText } from '../../json-text.js'
import { type Paint, painter } from '../../paint.js'
import { yamlText } from '../../yaml-text.js'
import { plural } from '../numbers.js'
import { printable } from '../printable.js'
import { notesText } from './notes.js'

/** Rows of each kind, and lines of a template, that are listed; the rest are only counted. */
const LISTED = 40

/** The differences of two checkpoints in each output format. */
export const DIFFERENCE_FORMATS = {
  pretty,
  json: (differences: CheckpointDifferences) => `${jsonText(maskSecrets(differences).value)}\n`,
  yaml: (differences: CheckpointDifferences) => yamlText(maskSecrets(differences).value),
} as const

function pretty(differences: CheckpointDifferences): string {
  const paint = painter(process.stdout)
  const { same, config, spec, tokenizer, adapter, tensors, chatTemplate, notes } = differences
  const blocks = [
    paint(same ? 'green' : 'yellow', same ? 'No difference found.' : 'The checkpoints differ.'),
    ...fields('Config', config, paint),
    ...fields('Spec', spec, paint),
    ...(tensors ? tensorRows(tensors, paint) : []),
    ...(chatTemplate ? [templateRows(chatTemplate, paint)] : []),
    ...fields('Tokenizer', tokenizer, paint),
    ...fields('Adapter', adapter, paint),
    ...notesText(notes, paint),
  ]
  return `${blocks.join('\n\n')}\n`
}

function fields(title: string, differences: readonly FieldDifference[], paint: Paint): string[] {
  if (differences.length === 0) return []
  const width = Math.min(60, Math.max(...differences.map(({ field }) => field.length)))
  const rows = differences.map(({ field, before, after }) => {
    // A secret is recognised by the name of its field.
    const [from, to] = [before, after].map((value) => shown(value === undefined ? undefined : masked(field, value)))
    return `  ${printable(field).padEnd(width)}  ${from} → ${to}`
  })
  return [`${paint('bold', title)}  ${plural(differences.length, 'difference')}\n${listed(rows)}`]
}

function masked(field: string, value: unknown): unknown {
  const name = field.split('.').at(-1) ?? field
  const { value: object } = maskSecrets({ [name]: value })
  return isObject(object) ? object[name] : value
}

function shown(value: unknown): string {
  if (value === undefined) return 'absent'
  const text = printable(typeof value === 'string' ? value : jsonText(value).replaceAll(/\s+/g, ' '))
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

function tensorRows(
  { added, removed, reshaped, restored }: NonNullable<CheckpointDifferences['tensors']>,
  paint: Paint,
): string[] {
  const counts = [
    ...(added.length > 0 ? [`${added.length} added`] : []),
    ...(removed.length > 0 ? [`${removed.length} removed`] : []),
    ...(reshaped.length > 0 ? [`${reshaped.length} with another shape`] : []),
    ...(restored.length > 0 ? [`${restored.length} stored in another format`] : []),
  ]
  if (counts.length === 0) return []
  const rows = [
    ...folded(added.map((name) => [name, ''])).map((row) => `  ${paint('green', '+')} ${row}`),
    ...folded(removed.map((name) => [name, ''])).map((row) => `  ${paint('red', '-')} ${row}`),
    ...folded(reshaped.map(({ name, before, after }) => [name, `[${before.join(', ')}] → [${after.join(', ')}]`])).map(
      (row) => `  ~ ${row}`,
    ),
    ...folded(restored.map(({ name, before, after }) => [name, `${before} → ${after}`])).map((row) => `  ~ ${row}`),
  ]
  return [`${paint('bold', 'Tensors')}  ${counts.join(', ')}\n${listed(rows)}`]
}

/** Names that differ only in numbers, with the same remark, share a row: `model.layers.*.mlp.up_proj.weight  32 tensors`. */
function folded(tensors: readonly (readonly [name: string, remark: string])[]): string[] {
  const groups = new Map<string, { first: string; remark: string; tensors: number }>()
  for (const [name, remark] of tensors) {
    const key = `${name.replaceAll(/\.\d+(?=\.|$)/g, '.*')} ${remark}`
    const group = groups.get(key) ?? { first: name, remark, tensors: 0 }
    group.tensors += 1
    groups.set(key, group)
  }
  return [...groups.values()].map(({ first, remark, tensors: number }) => {
    const name = number === 1 ? first : `${first.replaceAll(/\.\d+(?=\.|$)/g, '.*')}  ${number} tensors`
    return remark === '' ? printable(name) : `${printable(name)}  ${printable(remark)}`
  })
}

function templateRows({ before, after }: NonNullable<CheckpointDifferences['chatTemplate']>, paint: Paint): string {
  const title = paint('bold', 'Chat template')
  if (before === undefined) return `${title}  added`
  if (after === undefined) return `${title}  removed`
  const diff = unifiedDiff('chat_template', before.split('\n'), after.split('\n')).split('\n').slice(2)
  return `${title}  differs\n${listed(diff.filter((line) => line !== '').map((line) => `  ${printable(line)}`))}`
}

function listed(rows: readonly string[]): string {
  const rest = rows.length > LISTED ? [`  … and ${rows.length - LISTED} more`] : []
  return [...rows.slice(0, LISTED), ...rest].join('\n')
}
