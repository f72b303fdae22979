/**
 * Whether a key names a secret: `api_key`, also misspelled, and similar names (`apiKey`, `x-api-key`, `hf_token`,
 * `password`, `clientSecret`).
 *
 * `token` counts alone, or after a word for what it gives access to. `eos_token`, `max_tokens` and `pad_token_id` are
 * ordinary model terms and do not count.
 */
export function isSecretKey(key: string): boolean {
  const name = key
    .slice(-LONGEST)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
  return SECRET.test(name) || isNearApiKey(name)
}

/** Only the end of a longer key is checked, because the last word says what it is. */
const LONGEST = 80

const SECRET =
  /(?:api|access|secret|private|signing|encryption|subscription|app|auth|account|shared)keys?$|pass(?:word|wd|phrase)s?$|^(?:pwd|token|authorization|bearer|credentials?)$|secrets?$|(?:api|access|auth|bearer|refresh|session|hf|hub|github|gitlab|huggingface|personal|service|secret|security)tokens?$/

/** Whether a name is `apikey` with at most two typos: `api_kye`, `apikeyy`, `ap_key`. */
function isNearApiKey(name: string): boolean {
  return name.length >= 5 && name.length <= 8 && slips(name, 'apikey') <= 2
}

/** The Levenshtein distance of two short names. */
function slips(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at]
    for (let to = 1; to <= other.length; to += 1) {
      const replaced = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
