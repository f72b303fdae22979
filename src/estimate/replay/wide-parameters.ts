import type { Architecture } from '../../architecture/index.js'

/** Tells the parameters that are in float32, whatever the dtype of the model, such as those of routers (by their names). */
export function isWideIn({ forward }: Pick<Architecture, 'forward'>): (name: string) => boolean {
  const ends = [...(forward?.feedForward?.mixture?.float32Parameters ?? []), ...(forward?.float32Parameters ?? [])]
  const modules = (forward?.float32Modules ?? []).map((module) => `${module}.`)
  return (name) => ends.some((end) => name.endsWith(end)) || modules.some((prefix) => name.startsWith(prefix))
}
