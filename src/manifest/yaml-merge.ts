/** Merge keys: `<<: *name`, and `<<: [*one, *other]`. */

import type { Scalar } from 'yaml'
import type { SourceMapping, SourceNode, Span } from './source-node.js'
import { Stop } from './yaml-refusal.js'
import { spanOf } from './yaml-spans.js'

/** The tag of merge keys: a YAML 1.1 type that YAML 1.2 readers support too. */
export const MERGE_TAG = 'tag:yaml.org,2002:merge'

/** The mappings that a merge key merges. */
export function mergeSources(node: SourceNode, keySpan: Span): SourceMapping[] {
  if (node.kind === 'mapping') return [node]
  const span = node.span ?? keySpan
  const refusal = () =>
    new Stop(
      'yaml_syntax',
      span,
      'The value of a merge key must be a mapping, or a sequence of mappings',
      'write `<<: *name`',
    )
  if (node.kind !== 'sequence') throw refusal()
  return node.items.map((item) => {
    if (item.kind !== 'mapping') throw refusal()
    return item
  })
}

/** `<<` alone, or with the merge tag. */
export function isMergeKey({ type, source, tag }: Scalar): boolean {
  return source === '<<' && (tag === MERGE_TAG || (type === 'PLAIN' && !tag))
}

/** The error for the merge tag on anything else. */
export function misplacedMerge(scalar: Scalar): Stop {
  return new Stop('yaml_syntax', spanOf(scalar), 'The tag !!merge is only for the key <<', 'remove the tag')
}
