import { namesOf } from '../../architecture/groups.js'
import { type Architecture, moduleGroups, parameterGroups } from '../../architecture/index.js'
import type { CheckedMemoryOptions } from '../checked-memory-options.js'
import { methodOf } from '../methods.js'
import type { ResolvedModel } from '../resolved-model.js'
import { stageOf } from './stage-architecture.js'

/** Why a pipeline stops in which a stage trains nothing, with a way out; absent if each trains something. */
export function idleStage(
  { architecture, adapters, trains }: Pick<ResolvedModel, 'architecture' | 'adapters' | 'trains'>,
  { method }: Pick<CheckedMemoryOptions, 'method'>,
  stages: number,
): string | undefined {
  const trainsAny = methodOf(method).trains === 'adapters' ? hasAdapters(adapters) : trains && hasTrained(trains)
  if (!trainsAny) return undefined
  for (let stage = 0; stage < stages; stage++) {
    if (trainsAny(stageOf(architecture, stage, stages).architecture)) continue
    return `\`layout.pipeline\` is ${stages}, but stage ${stage} (counted from 0) trains nothing, at which torch's optimizers stop ("optimizer got an empty parameter list"): train something in each stage, or use fewer stages, \`tensor\` or \`sharding\``
  }
  return undefined
}

function hasTrained(trains: (parameter: string) => boolean): (stage: Architecture) => boolean {
  return (stage) => someOf(parameterGroups(stage), ({ path }) => someOf(namesOf(path), trains))
}

function hasAdapters({
  rankOf,
  rankOfParameter,
  isSaved,
  trainsBias,
}: ResolvedModel['adapters']): (stage: Architecture) => boolean {
  return (stage) =>
    someOf(moduleGroups(stage), ({ path, module: { parameters = {} } }) =>
      someOf(
        namesOf(path),
        (name) =>
          rankOf(name) !== undefined ||
          isSaved(name) ||
          (parameters['bias'] !== undefined && trainsBias(name)) ||
          Object.keys(parameters).some((own) => rankOfParameter(`${name}.${own}`) !== undefined),
      ),
    )
}

/** `Array.prototype.some`, of what is made one by one. */
function someOf<Item>(items: Iterable<Item>, test: (item: Item) => boolean): boolean {
  for (const item of items) if (test(item)) return true
  return false
}
