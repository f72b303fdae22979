const HUB = 'hf:'

/** Whether a text means a repository of the hub: `hf:org/name`. */
export function isHubName(text: string): boolean {
  return text.startsWith(HUB)
}

/**
 * The repository that a hub name names, by the rules of `huggingface_hub` (`validate_repo_id`).
 *
 * @throws TypeError for what the hub has no repository of, and why
 */
export function hubRepository(text: string): string {
  const repository = text.slice(HUB.length)
  const problem = PROBLEMS.find(({ found }) => found.test(repository))
  if (problem === undefined) return repository
  throw new TypeError(`${JSON.stringify(text)} names no repository: ${problem.expected}`)
}

const PROBLEMS: readonly { readonly found: RegExp; readonly expected: string }[] = [
  { found: /^$|^\/|\/$|\/.*\//, expected: 'expected hf:org/name' },
  { found: /[^\w./-]/, expected: 'only letters of ASCII, digits, "-", "_" and "." stand in a name' },
  { found: /--|\.\./, expected: 'neither "--" nor ".." stands in a name' },
  { found: /(?:^|\/)[.-]|[.-](?:\/|$)/, expected: 'no part of a name begins or ends with "-" or "."' },
  { found: /\.git$/, expected: 'no name ends with ".git"' },
  { found: /[^/]{97}/, expected: 'a part of a name has 96 characters at most' },
]
