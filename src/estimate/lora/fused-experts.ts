import { formatIndices } from '../../architecture/fold.js'
import { firstNameOf, namesOf } from '../../architecture/groups.js'
import { type Architecture, type Part, type Path, parameterGroups, type Shape } from '../../architecture/index.js'
import type { Candidate } from './candidates.js'
import { fullMatch } from './python-regex/full-match.js'
import { isOutputEmbedding } from './targets.js'

/**
 * How PEFT converts targets for families that keep all experts in one tensor (transformers 5). The names of the experts' former
 * linear layers select these tensors, and linear layers that still have such names get no adapter.
 */
export interface ConvertedTargets {
  /** The endings of the names of modules that get an adapter. */
  readonly modules: readonly string[]
  /** The tensors that get an adapter. */
  readonly tensors: readonly AdaptedTensor[]
}

/** Identical tensors that LoRA adapts like a linear layer, with a pair of matrices for each expert. */
export interface AdaptedTensor {
  readonly name: string
  readonly path: Path
  readonly count: number
  readonly shape: Shape
  readonly part: Part
  /** How many former layers it holds. Its rank is multiplied by this number. */
  readonly fused: number
}

/**
 * Converts targets as PEFT does.
 *
 * @param mergedLayers - the former linear layers, and the tensor that each is now part of
 * @throws RangeError if only one of two layers that are now one tensor is selected
 */
export function convertTargets(
  architecture: Architecture,
  candidates: readonly Candidate[],
  asked: string | readonly string[],
  mergedLayers: Readonly<Record<string, string>>,
): ConvertedTargets {
  const former = Object.entries(mergedLayers)
  const names = typeof asked === 'string' ? resolved(architecture, candidates, asked, former) : asked
  const formerOf = (name: string) => former.find(([old]) => name === old || name.endsWith(`.${old}`))
  const found = new Map<string, Set<string>>()
  for (const name of names) {
    const [old, tensor] = formerOf(name) ?? []
    if (old !== undefined && tensor !== undefined) found.set(tensor, (found.get(tensor) ?? new Set()).add(old))
  }
  for (const [tensor, olds] of found) {
    const needed = former.filter(([, other]) => other === tensor).map(([old]) => old)
    if (olds.size < needed.length) {
      throw new RangeError(`${needed.join(' and ')} are one tensor, ${tensor}: target both or neither`)
    }
  }
  return {
    modules: names.filter((name) => formerOf(name) === undefined),
    tensors: [...found].flatMap(([end, olds]) => tensorsCalled(architecture, end, olds.size)),
  }
}

/**
 * The parameters that PEFT's `target_parameters` selects, each once: those with one of the names, or one at the end of theirs.
 *
 * @throws RangeError for a name of no parameter, a parameter that LoRA cannot adapt, or one of the model itself
 */
export function parametersNamed(architecture: Architecture, names: readonly string[]): AdaptedTensor[] {
  const called = names.map((end) => tensorsCalled(architecture, end, 1))
  const unknown = names.find((_, index) => called[index]?.length === 0)
  if (unknown !== undefined) throw noParameter(architecture, unknown)
  const found = new Map(called.flat().map((one) => [one.name, one]))
  for (const { name, shape, path } of found.values()) {
    if (shape.length !== 2 && shape.length !== 3)
      throw new RangeError(`PEFT does not support LoRA on ${name}: only on parameters of two or three dimensions`)
    if (path.length === 1)
      throw new RangeError(`PEFT does not support LoRA on ${name}, a parameter of the model itself`)
  }
  return [...found.values()]
}

/** PEFT warns of such a name, or leaves it out in silence. */
function noParameter(architecture: Architecture, name: string): RangeError {
  const hasList = [...parameterGroups(architecture)].some(({ path }) => {
    const place = path.indexOf('experts')
    return place >= 0 && typeof path[place + 1] !== 'string'
  })
  const hint = hasList
    ? '; its experts are separate linear layers, as transformers 4.57 has them: name those in targetModules'
    : ''
  return new RangeError(`No parameter of ${architecture.className} is called ${name.slice(0, 64)}${hint}`)
}

function tensorsCalled(architecture: Architecture, end: string, fused: number): AdaptedTensor[] {
  return [...parameterGroups(architecture)]
    .filter(({ path }) => firstNameOf(path) === end || firstNameOf(path).endsWith(`.${end}`))
    .map(({ path, count, shape, part }) => {
      const name = path
        .map((component) => (typeof component === 'string' ? component : formatIndices(component)))
        .join('.')
      return { name, path, count, shape, part, fused }
    })
}

/** The last parts of the names that a text selects: all linear layers and experts, or the matches of a regular expression. */
function resolved(
  architecture: Architecture,
  candidates: readonly Candidate[],
  asked: string,
  former: readonly (readonly [old: string, tensor: string])[],
): string[] {
  if (asked.toLowerCase() === 'all-linear') {
    const linear = candidates.filter(({ layer, path }) => layer?.kind === 'linear' && !isOutputEmbedding(path))
    return [...new Set([...linear.map(({ path }) => String(path.at(-1))), ...former.map(([old]) => old)])]
  }
  const regex = fullMatch(asked, 'targetModules')
  const tensors = [...parameterGroups(architecture)]
  const matches = (path: Path) => [...namesOf(path)].some((name) => regex.test(name))
  const found = [...candidates, ...tensors].filter(({ path }) => matches(path)).map(({ path }) => String(path.at(-1)))
  const recovered = former.filter(([old, tensor]) =>
    tensors.some(({ path }) => path.at(-1) === tensor && matches([...path.slice(0, -1), old])),
  )
  return [...new Set([...found, ...recovered.map(([old]) => old)])]
}
