const HUB = 'hf:'

/** Whether a text means a repository of the hub: `hf:org/name`. */
export function isHubName(text: string): boolean {
  return text.startsWith(HUB)
}

/**
 * The repository that a hub name names.
 *
 * @throws TypeError for what is no `org/name`
 */
export function hubRepository(text: string): string {
  const repository = text.slice(HUB.length)
  if (/^[\w.-]+(?:\/[\w.-]+)?$/.test(repository)) return repository
  throw new TypeError(`"${text}" names no repository: expected hf:org/name`)
}
