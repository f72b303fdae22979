import type { ForwardPass } from '../../architecture/index.js'

/** Whether layers are recomputed reentrantly: as asked for, or as the code of the model does it in any case. */
export function isReentrant(
  { recomputes = 'asAsked' }: Pick<ForwardPass, 'recomputes'>,
  { reentrant }: { readonly reentrant: boolean },
): boolean {
  return recomputes === 'asAsked' ? reentrant : recomputes === 'reentrant'
}
