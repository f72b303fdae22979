import type { Sense } from '../../../architecture/sense.js'
import type { StepOptions } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import { runSteps } from '../program/interpreter.js'
import type { ModuleFacts } from '../program/module-facts.js'
import type { Place } from '../program/place.js'
import { Scope } from '../program/scope.js'
import type { NamedLayer } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/** The embeddings of a sequence with images and sound in it, and what the code holds until the model returns. */
export interface Sensed {
  readonly embedded: Tensor
  readonly scope: Scope
  /** What each layer of the language model gets. */
  readonly given: readonly Tensor[]
  /** Runs a layer that attends to what they make. The caller keeps the input. Other layers: nothing. */
  readonly cross: (layer: NamedLayer, input: Tensor) => Tensor | undefined
  /** What they do behind a layer of the language model. Frees its output. */
  readonly behind: (layer: number, output: Tensor) => Tensor
}

/**
 * Runs the encoders of images and sound that come before the embeddings of the tokens.
 *
 * @returns what runs the others, and puts their vectors in the places of tokens. It frees the embeddings of the tokens
 */
export function sensed(
  senses: readonly Sense[],
  facts: ModuleFacts,
  layers: Layers,
  options: StepOptions,
): (tokens: Tensor) => Sensed {
  const { tape } = layers.ops
  const scope = new Scope(tape, '')
  // The parameters of encoders belong to the group of the root, and are gathered with it.
  const { sharding: _, ...rest } = options
  const place: Place = {
    layers,
    facts,
    attentionWeights: [],
    ownWeights: [],
    heldWeights: [],
    memories: [],
    options: { ...rest, cache: false },
  }
  for (const { ahead = [] } of senses) runSteps(place, scope, ahead)
  const behind = (layer: number, output: Tensor): Tensor => {
    const steps = senses.flatMap((sense) => sense.behind?.[layer] ?? [])
    if (steps.length === 0) return output
    scope.set('hidden', output)
    runSteps(place, scope, steps)
    return scope.take('hidden')
  }
  const crossing = senses.find((sense) => sense.crossing)?.crossing
  return (tokens) => {
    scope.set('embedded', tokens)
    for (const { steps } of senses) runSteps(place, scope, steps)
    const given = senses.flatMap((sense) => (sense.given ?? []).map((name) => [name, scope.get(name)] as const))
    tape.free(...given.map(([, tensor]) => tensor))
    const cross = (layer: NamedLayer, input: Tensor): Tensor | undefined => {
      if (!crossing?.layers.includes(layer.index)) return undefined
      if (options.reentrant && options.recompute !== 'none' && given.some(([, { grad }]) => grad))
        throw new UndescribedBlock(REENTRANT)
      const inner = new Scope(tape, layer.name)
      inner.set('hidden', tape.alias(input))
      for (const [name, tensor] of given) inner.set(name, tape.alias(tensor))
      const output = runSteps({ ...place, options }, inner, crossing.steps)
      if (!output) throw new Error('the steps of a layer give a value')
      inner.end()
      tape.free(...place.ownWeights.splice(0))
      return output
    }
    return { embedded: scope.take('embedded'), scope, given: given.map(([, tensor]) => tensor), cross, behind }
  }
}

const REENTRANT =
  'reentrant checkpointing does not train an encoder that several layers attend to: torch stops at the second of them; pass `reentrant: false`'
