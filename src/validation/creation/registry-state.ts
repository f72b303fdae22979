/**
 * What a registry holds and allows. Each is asked only where the answer depends on it; what is left out is not known, and nothing is
 * refused for it.
 */
export interface RegistryState {
  readonly hasWorkspace?: (workspace: string) => boolean
  readonly hasProject?: (workspace: string, project: string) => boolean
  readonly hasModel?: (workspace: string, name: string) => boolean
  readonly hasFileset?: (workspace: string, name: string) => boolean
  /** Whether the metadata of a fileset name a plugin for tool calls: such a fileset is refused as the plugin itself is. */
  readonly filesetHasToolCallPlugin?: (workspace: string, name: string) => boolean
  /**
   * Whether plugins for tool calls may be set: `disabled` for the platform (the default, as it is the platform's), `forbidden` to the
   * caller, or `allowed`.
   */
  readonly toolCallPlugin?: 'disabled' | 'forbidden' | 'allowed'
  /** Whether the caller may set `trust_remote_code`, or the fileset's source is trusted; true where nothing is said. */
  readonly mayTrustRemoteCode?: boolean
}
