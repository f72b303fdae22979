const HUB = 'hf:'

/** Whether a text is a hub name: it starts with `hf:`, like `hf:org/name`. */
export function isHubName(text: string): boolean {
  return text.startsWith(HUB)
}

/**
 * Returns the repository of a hub name: `org/name` for `hf:org/name`. The rules are those of `huggingface_hub`
 * (`validate_repo_id`).
 *
 * @throws TypeError for an invalid name, with the rule that it breaks
 */
export function hubRepository(text: string): string {
  const repository = text.slice(HUB.length)
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
