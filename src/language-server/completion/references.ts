/** Which entities of the workspace a reference may name. */

import type { EntityKey } from '../../policy/across/references-of.js'
import {
  formatFilesetRef,
  formatModelProviderRef,
  formatModelRef,
  parseFilesetRef,
  parseModelProviderRef,
  parseModelRef,
} from '../../references/index.js'
import type { EntityRecord } from '../workspace/entity-record.js'

/** What a reference names. */
export type ReferenceKind = 'model' | 'provider' | 'fileset'

/** What a field refers to. Undefined if it is no reference. */
export function referenceKindOf(path: readonly (string | number)[]): ReferenceKind | undefined {
  const shape = path.map((step) => (typeof step === 'number' ? '[]' : step)).join('.')
  return Object.hasOwn(KINDS, shape) ? KINDS[shape] : undefined
}

const KINDS: Readonly<Record<string, ReferenceKind>> = {
  base_model: 'model',
  'adapters.[].model': 'model',
  'model_providers.[]': 'provider',
  fileset: 'fileset',
  'adapters.[].fileset': 'fileset',
  'spec.tool_call_config.tool_call_plugin': 'fileset',
}

/**
 * The references that an entity may write, each once: those of its own workspace first, and without the workspace where the
 * grammar allows that. What the grammar of the reference does not accept is left out.
 */
export function referencesTo(kind: ReferenceKind, records: Iterable<EntityRecord>, from: Partial<EntityKey>): string[] {
  const [near, far] = [new Set<string>(), new Set<string>()]
  for (const record of records) {
    for (const { workspace, name } of targetsOf(kind, record)) {
      const isOwn = workspace === from.workspace
      if (kind !== 'fileset' && isOwn && name === from.name) continue
      const written = WRITTEN[kind](isOwn, workspace, name)
      if (written !== undefined) (isOwn ? near : far).add(written)
    }
  }
  return [...near, ...far]
}

function targetsOf(kind: ReferenceKind, { key, providers, filesets }: EntityRecord): EntityKey[] {
  if (kind === 'fileset') return filesets.flatMap(partsOf)
  const own = key === undefined ? [] : [key]
  return kind === 'model' ? own : [...own, ...providers.flatMap(partsOf)]
}

function partsOf(reference: string): EntityKey[] {
  const slash = reference.indexOf('/')
  return slash < 0 ? [] : [{ workspace: reference.slice(0, slash), name: reference.slice(slash + 1) }]
}

const WRITTEN: Readonly<
  Record<ReferenceKind, (isOwn: boolean, workspace: string, name: string) => string | undefined>
> = {
  model: (isOwn, workspace, name) => accepted(parseModelRef, isOwn ? name : `${workspace}/${name}`, formatModelRef),
  provider: (_, workspace, name) => accepted(parseModelProviderRef, `${workspace}/${name}`, formatModelProviderRef),
  fileset: (isOwn, workspace, name) =>
    accepted(parseFilesetRef, isOwn ? name : `${workspace}/${name}`, formatFilesetRef),
}

function accepted<Reference>(
  parse: (text: string) => { readonly ok: true; readonly value: Reference } | { readonly ok: false },
  text: string,
  format: (reference: Reference) => string,
): string | undefined {
  const parsed = parse(text)
  return parsed.ok ? format(parsed.value) : undefined
}
