import type { Exchanged } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `x.transpose(0, 1).contiguous()` */
export function exchanged({ arrays: a, names: f, batch, tokens, given }: WrittenRun, { of }: Exchanged): Shaped {
  return f.returned(a.contiguous(a.transpose(given(of, [batch, tokens, -1]), 0, 1)))
}
