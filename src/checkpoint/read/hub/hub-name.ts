const HUB = 'hf:'

/** Whether a text is a hub name: it starts with `hf:`, like `hf:org/name`. */
export function isHubName(text: string): boolean {
  return text.startsWith(HUB)
}

/** A repository, and the revision after `@` if there is one: `hf:org/name@v1.0`. */
export interface HubName {
  readonly repository: string
  readonly revision?: string
}

/** Reads a hub name: `hf:org/name` or `hf:org/name@revision`. @throws TypeError for an invalid name */
export function parseHubName(text: string): HubName {
  const at = text.indexOf('@')
  const repository = hubRepository(text)
  if (at < 0) return { repository }
  const revision = text.slice(at + 1)
  if (/^[^\s@]{1,250}$/.test(revision)) return { repository, revision }
  throw new TypeError(`${JSON.stringify(text)} has no valid revision after "@": expected a branch, a tag or a commit`)
}

/**
 * Returns the repository of a hub name: `org/name` for `hf:org/name` and `hf:org/name@main`. The rules are those of `huggingface_hub`
 * (`validate_repo_id`).
 *
 * @throws TypeError for an invalid name, with the rule that it breaks
 */
export function hubRepository(text: string): string {
  const [repository = ''] = text.slice(HUB.length).split('@', 1)
  const problem = PROBLEMS.find(({ found }) => found.test(repository))
  if (problem === undefined) return repository
  throw new TypeError(`${JSON.stringify(text)} is not a valid repository name: ${problem.expected}`)
}

const PROBLEMS: readonly { readonly found: RegExp; readonly expected: string }[] = [
  { found: /^$|^\/|\/$|\/.*\//, expected: 'expected hf:org/name' },
  { found: /[^\w./-]/, expected: 'only ASCII letters, digits, "-", "_" and "." are allowed' },
  { found: /--|\.\./, expected: '"--" and ".." are not allowed' },
  { found: /(?:^|\/)[.-]|[.-](?:\/|$)/, expected: 'a part must not start or end with "-" or "."' },
  { found: /\.git$/, expected: 'it must not end with ".git"' },
  { found: /[^/]{97}/, expected: 'a part has at most 96 characters' },
]
