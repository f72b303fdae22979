import { stringify } from 'yaml'
import { ADAPTER_WORKSPACE, type AdapterInput } from './adapter-input.js'
import { notesList, table } from './dom.js'
import { number } from './format.js'

/** What an adapter is, and its notes. */
export function adapterView({ peft, targets }: AdapterInput): HTMLElement[] {
  const { adapter, baseModel, parameters, modules, notes } = peft
  const { finetuning_type: kind, lora_config: lora } = adapter
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['kind', kind],
    ['rank', lora ? number(lora.rank) : undefined],
    ['alpha', lora?.alpha === undefined || lora.alpha === null ? undefined : number(lora.alpha)],
    ['base model', baseModel],
    ['target modules', targets],
    ['parameters', parameters === undefined ? undefined : number(parameters)],
    ['adapted modules', modules === undefined ? undefined : number(modules)],
  ]
  const known = rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return [table('What the adapter is', ['Field', 'Value'], known), ...(notes.length > 0 ? [notesList(notes)] : [])]
}

/** The adapter as an item of `adapters` in the manifest of its model. */
export function adapterText({ peft }: AdapterInput, { name, fileset }: { name: string; fileset: string }): string {
  const identity = { name, workspace: ADAPTER_WORKSPACE, fileset: fileset || `${ADAPTER_WORKSPACE}/${name}` }
  const comments = peft.notes.map((note) => `# ${note.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')}\n`).join('')
  return comments + stringify({ ...peft.adapter, ...identity }, { lineWidth: 0, version: '1.2' })
}

/** A valid name, derived from the base model. */
export function suggestedAdapterName({ peft: { adapter, baseModel = '' } }: AdapterInput): string {
  const base = (baseModel.replace(/\/+$/, '').split('/').at(-1) ?? '').replace(/[^A-Za-z0-9_.-]+/g, '-').toLowerCase()
  return `${base || 'model'}-${adapter.finetuning_type}`.slice(0, 255)
}
