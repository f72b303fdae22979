import type { FileError } from './file-error.js'
import type { SourceNode } from './source-node.js'

/** Every key that repeats an earlier key of the same mapping, in text order. */
export function duplicateKeys(root: SourceNode): FileError[] {
  const errors: FileError[] = []
  const visited = new Set<readonly unknown[]>()
  const pending: SourceNode[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'scalar') continue
    const contents = node.kind === 'mapping' ? node.entries : node.items
    if (visited.has(contents)) continue
    visited.add(contents)
    if (node.kind === 'sequence') {
      for (const item of node.items) pending.push(item)
      continue
    }
    const firsts = new Map<string, FileError['span']>()
    for (const { key, keySpan, value } of node.entries) {
      const first = firsts.get(key)
      if (first === undefined) firsts.set(key, keySpan)
      else errors.push(repeated(key, keySpan, first))
      pending.push(value)
    }
  }
  return errors.sort((a, b) => a.span.start - b.span.start)
}

function repeated(key: string, span: FileError['span'], first: FileError['span']): FileError {
  const shown = JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key)
  return {
    code: 'duplicate_key',
    span,
    message: `The key ${shown} is given twice`,
    help: 'keep only one of them: readers disagree about which one counts',
    related: [{ span: first, message: 'first given here' }],
  }
}
