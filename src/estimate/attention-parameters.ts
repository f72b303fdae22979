import { type Architecture, moduleGroups, type ParameterGroup, type Path } from '../architecture/index.js'

/** Tells which parameters belong to attention: weights and biases, and the norms that are inside its blocks, such as those of queries and keys. */
export function isOfAttention(
  model: Pick<Architecture, 'root'>,
): (group: Pick<ParameterGroup, 'path' | 'part'>) => boolean {
  const key = (path: Path): string => JSON.stringify(path)
  const blocks = new Set<string>()
  for (const { path, module } of moduleGroups(model)) if (module.part === 'attention') blocks.add(key(path))
  const isInside = (path: Path): boolean => path.some((_, length) => blocks.has(key(path.slice(0, length))))
  return ({ path, part }) => part === 'attention' || (part === 'norm' && isInside(path))
}
