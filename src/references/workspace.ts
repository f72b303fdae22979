/** Workspaces: names, three of which mean something to the platform. */

import { parseName } from './name.js'
import { accepted, formatted, type ReferenceResult } from './result.js'

/** Where things go when no workspace is told. */
export const DEFAULT_WORKSPACE = 'default'

/** The platform's own workspace. */
export const SYSTEM_WORKSPACE = 'system'

/** In a listing: every workspace. */
export const ALL_WORKSPACES = '-'

/** What a workspace stands for. */
export type WorkspaceMeaning = 'default' | 'system' | 'all' | 'named'

/** A workspace and what it stands for. */
export interface Workspace {
  readonly name: string
  readonly meaning: WorkspaceMeaning
}

const MEANINGS: ReadonlyMap<string, WorkspaceMeaning> = new Map([
  [DEFAULT_WORKSPACE, 'default'],
  [SYSTEM_WORKSPACE, 'system'],
  [ALL_WORKSPACES, 'all'],
])

/**
 * Reads a workspace: a name, and what the platform takes it for.
 *
 * @example
 * parseWorkspace('-')    // { ok: true, value: { name: '-', meaning: 'all' } }
 * parseWorkspace('team') // { ok: true, value: { name: 'team', meaning: 'named' } }
 */
export function parseWorkspace(text: string): ReferenceResult<Workspace> {
  const name = parseName(text)
  return name.ok ? accepted({ name: text, meaning: MEANINGS.get(text) ?? 'named' }) : name
}

/** Whether a text is a workspace. */
export function isWorkspace(text: string): boolean {
  return parseWorkspace(text).ok
}

/**
 * Writes a workspace: its name.
 *
 * @throws RangeError when it is no name
 */
export function formatWorkspace(workspace: { readonly name: string }): string {
  return formatted(workspace.name, parseWorkspace)
}
