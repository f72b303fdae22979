import type { CST } from 'yaml'
import type { FileError } from './file-error.js'

/**
 * The first duplicate directive of each document, by document index. YAML 1.2.2, section 6.8, allows one `%YAML`, and one
 * `%TAG` per handle.
 */
export function repeatedDirectives(tokens: readonly CST.Token[]): ReadonlyMap<number, FileError> {
  const errors = new Map<number, FileError>()
  let index = 0
  let seen = new Set<string>()
  for (const token of tokens) {
    if (token.type === 'document') {
      index += 1
      seen = new Set()
    }
    if (token.type !== 'directive') continue
    const parts = token.source.trim().split(/[ \t]+/, 2)
    const [name] = parts
    if (name !== '%YAML' && name !== '%TAG') continue
    const what = name === '%TAG' ? parts.join(' ') : name
    if (seen.has(what) && !errors.has(index)) errors.set(index, repeated(what, token))
    seen.add(what)
  }
  return errors
}

function repeated(what: string, { offset, source }: CST.Directive): FileError {
  return {
    code: 'yaml_syntax',
    span: { start: offset, end: offset + source.trimEnd().length },
    message: `The directive ${what.slice(0, 60)} is given twice for one document`,
    help: 'keep only one of them',
  }
}
