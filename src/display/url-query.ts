/** Finds secrets in the queries of URLs: `?api_key=…`, `&sig=…`. */

import { isSecretKey } from './secret-key.js'
import type { Stretch } from './user-info.js'

/** Finds the values of parameters that name a secret, in order. Takes linear time. */
export function querySecretsIn(text: string): Stretch[] {
  const found: Stretch[] = []
  for (const { 0: whole, 1: name = '', 2: value = '', index } of text.matchAll(PARAMETER)) {
    const end = index + whole.length
    if (isSecretParameter(name) && !VARIABLE.test(value)) found.push({ start: end - value.length, end })
  }
  return found
}

/** A parameter, also as the escapes of JSON and HTML write its signs. */
const PARAMETER = /(?:[?&#;]|\\u0026|\\u003f)([\w.%~-]{1,80})(?:=|\\u003d)((?:[^&#\s"'<>`;\\]|\\(?!u0026)[^\s"])+)/gi

const VARIABLE = /^\$?\{.*\}$|^\$\w+$/

function isSecretParameter(name: string): boolean {
  const written = name.replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return isSecretKey(written) || OTHERS.test(written.replaceAll(/[^a-z]/gi, ''))
}

/** Names that are secret in a query only: signatures of storage services, and keys of search and map services. */
const OTHERS = /^(?:key|sig|signature|xamzsignature|xgoogsignature|auth|pass|pw|sas)$/i
