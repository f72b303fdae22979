import { familyOf } from '../../architecture/families/index.js'
import type { Architecture } from '../../architecture/index.js'

/** Tells the parameters that are in float32, whatever the dtype of the model, such as those of routers (by their names). */
export function isWideIn({ forward }: Pick<Architecture, 'forward'>): (name: string) => boolean {
  const ends = [...(forward?.feedForward?.mixture?.float32Parameters ?? []), ...(forward?.float32Parameters ?? [])]
  const modules = (forward?.float32Modules ?? []).map((module) => `${module}.`)
  return (name) => ends.some((end) => name.endsWith(end)) || modules.some((prefix) => name.startsWith(prefix))
}

/** Whether a name has another one among its parts, which may be several. */
export const isPart = (part: string, name: string): boolean => `.${name}.`.includes(`.${part}.`)

/** The modules that transformers keeps in float32 in float16, and unpacked, where the replay does so. */
export function keptModules({ family }: Architecture): readonly string[] {
  const { keptInFloat32 = [], keepsFloat32 } = familyOf(family) ?? {}
  return keepsFloat32 ? keptInFloat32 : []
}
