import { boolean, choice, func, type OptionTable } from '../../options/index.js'

/**
 * What a registry contains and allows. Each function is called only if the result depends on it. A member that is left out is unknown, and
 * nothing is refused because of it.
 */
export interface RegistryState {
  readonly hasWorkspace?: (workspace: string) => boolean
  readonly hasProject?: (workspace: string, project: string) => boolean
  readonly hasModel?: (workspace: string, name: string) => boolean
  readonly hasFileset?: (workspace: string, name: string) => boolean
  /** Whether the metadata of a fileset names a tool-call plugin. Such a fileset is refused like the plugin itself. */
  readonly filesetHasToolCallPlugin?: (workspace: string, name: string) => boolean
  /**
   * Whether tool-call plugins may be set: `disabled` on the platform (the default, as on the platform itself), `forbidden` for the
   * caller, or `allowed`.
   */
  readonly toolCallPlugin?: 'disabled' | 'forbidden' | 'allowed'
  /** Whether the caller may set `trust_remote_code`, or the source of the fileset is trusted. Default: true. */
  readonly mayTrustRemoteCode?: boolean
}

/**
 * What `state` may have. A member that is misspelt would be unknown, and refuse nothing. The annotations let a bundler drop the table: it
 * shares a chunk with `validate`.
 */
export const REGISTRY_STATE: OptionTable<RegistryState> = {
  hasWorkspace: /* @__PURE__ */ func(),
  hasProject: /* @__PURE__ */ func(),
  hasModel: /* @__PURE__ */ func(),
  hasFileset: /* @__PURE__ */ func(),
  filesetHasToolCallPlugin: /* @__PURE__ */ func(),
  toolCallPlugin: /* @__PURE__ */ choice(['disabled', 'forbidden', 'allowed']),
  mayTrustRemoteCode: boolean,
}
