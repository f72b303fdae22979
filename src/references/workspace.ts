/** Workspaces. Three names have a special meaning to the platform. */

import { parseName } from './name.js'
import { accepted, formatted, type ReferenceResult } from './result.js'

/** The workspace used if none is given. */
export const DEFAULT_WORKSPACE = 'default'

/** The platform's own workspace. */
export const SYSTEM_WORKSPACE = 'system'

/** In a listing: all workspaces. */
export const ALL_WORKSPACES = '-'

/** The meaning of a workspace name. */
export type WorkspaceMeaning = 'default' | 'system' | 'all' | 'named'

/** A workspace name and its meaning. */
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
 * Parses a workspace name, and returns its meaning to the platform.
 *
 * @example
 * parseWorkspace('-')    // { ok: true, value: { name: '-', meaning: 'all' } }
 * parseWorkspace('team') // { ok: true, value: { name: 'team', meaning: 'named' } }
 */
export function parseWorkspace(text: string): ReferenceResult<Workspace> {
  const name = parseName(text)
  return name.ok ? accepted({ name: text, meaning: MEANINGS.get(text) ?? 'named' }) : name
}

/** Whether a text is a valid workspace. */
export function isWorkspace(text: string): boolean {
  return parseWorkspace(text).ok
}

/**
 * Formats a workspace: its name.
 *
 * @throws RangeError if it is not a name
 */
export function formatWorkspace(workspace: { readonly name: string }): string {
  return formatted(workspace.name, parseWorkspace)
}
