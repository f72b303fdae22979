/** Finds keys and tokens by the form that their vendors give them. */

import type { Stretch } from './user-info.js'

/** A key or token in a text. */
export interface VendorToken extends Stretch {
  /** What it is: `a GitHub token`. */
  readonly what: string
}

/** The forms, as their vendors document them or as secret scanners know them. */
const FORMS: readonly (readonly [what: string, form: string])[] = [
  ['an Anthropic key', 'sk-ant-[A-Za-z0-9_-]{20,200}'],
  ['an OpenRouter key', 'sk-or-v1-[a-f0-9]{64}'],
  ['an OpenAI key', 'sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,250}|sk-[A-Za-z0-9]{32,64}'],
  ['a Hugging Face token', '(?:hf_|api_org_)[A-Za-z0-9]{30,60}'],
  ['an NVIDIA key', 'nvapi-[A-Za-z0-9_-]{20,100}'],
  ['a Groq key', 'gsk_[A-Za-z0-9]{32,80}'],
  ['an xAI key', 'xai-[A-Za-z0-9]{40,120}'],
  ['a Replicate token', 'r8_[A-Za-z0-9]{30,60}'],
  ['a Perplexity key', 'pplx-[A-Za-z0-9]{32,80}'],
  ['a Databricks token', 'dapi[a-f0-9]{32}(?:-\\d)?'],
  ['a GitHub token', 'gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}'],
  ['a GitLab token', 'gl(?:pat|ptt|rt|dt|ft|soat|cbt)-[A-Za-z0-9_.-]{20,255}'],
  ['an AWS access key', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}'],
  ['a Google key', 'AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}|ya29\\.[A-Za-z0-9_-]{20,500}'],
  ['an Azure storage key', '(?<=AccountKey=)[A-Za-z0-9+/]{86}=='],
  ['a Slack token', 'xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-\\d-[A-Za-z0-9-]{10,250}'],
  ['a Stripe key', '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,250}'],
  ['an npm token', 'npm_[A-Za-z0-9]{36}'],
  ['a PyPI token', 'pypi-AgE[A-Za-z0-9_-]{50,500}'],
  ['a Docker token', 'dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}'],
  ['a DigitalOcean token', 'do[opr]_v1_[a-f0-9]{64}'],
  ['a SendGrid key', 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}'],
  ['a HashiCorp Vault token', 'hv[sbr]\\.[A-Za-z0-9_-]{24,300}'],
  ['a Shopify token', 'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}'],
  ['a Grafana token', 'gl(?:sa|c)_[A-Za-z0-9_+/=]{32,400}'],
  ['a JSON Web Token', 'eyJ[A-Za-z0-9_-]{10,4000}\\.eyJ[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{10,4000}'],
  [
    'a private key',
    '-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----[^]{0,10000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)',
  ],
]

const ANY = new RegExp(`(?<![A-Za-z0-9_])(?:${FORMS.map(([, form]) => `(${form})`).join('|')})(?![A-Za-z0-9])`, 'g')

/** What every form contains: a text without it need not be searched. */
const HINT =
  /sk-|nvapi-|xai-|pplx-|dapi|gl[a-z]+-|A[KSBC][IC]A|AIza|GOCSPX|ya29|AccountKey=|xox|xapp|pypi-|SG\.|hv[sbr]\.|eyJ|PRIVATE KEY|(?:hf|org|gsk|r8|gh[pousr]|pat|live|test|npm|oat|v1|shp[a-z]{2}|sa|glc)_/

/** Whether a text may hold a key or a token. False is certain. */
export function mayHoldVendorToken(text: string): boolean {
  return text.length >= SHORTEST && HINT.test(text)
}

/**
 * The keys and tokens in a text, in order. A placeholder such as `hf_xxxxxxxx…` is not one. Takes linear time.
 *
 * @example
 * vendorTokensIn('token: ghp_16C7e42F292c6912E7710c838347Ae178B4a') // [{ what: 'a GitHub token', start: 7, end: 47 }]
 */
export function vendorTokensIn(text: string): VendorToken[] {
  if (!mayHoldVendorToken(text)) return []
  const found: VendorToken[] = []
  for (const match of text.matchAll(ANY)) {
    const form = match.slice(1).findIndex((group) => group !== undefined)
    const [written] = match
    if (isPlaceholder(written)) continue
    found.push({ what: FORMS[form]?.[0] ?? 'a key', start: match.index, end: match.index + written.length })
  }
  return found
}

/** The length of the shortest token. */
const SHORTEST = 15

/** Whether a token has so few different characters that nobody has generated it. */
function isPlaceholder(token: string): boolean {
  return new Set(token.slice(-20)).size < 5
}
