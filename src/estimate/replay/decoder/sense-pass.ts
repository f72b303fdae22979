import type { Sense } from '../../../architecture/sense.js'
import type { StepOptions } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import { runSteps } from '../program/interpreter.js'
import type { ModuleFacts } from '../program/module-facts.js'
import { Scope } from '../program/scope.js'
import type { Tensor } from '../tape.js'

/** The embeddings of a sequence with images and sound in it, and what the code holds until the model returns. */
export interface Sensed {
  readonly embedded: Tensor
  readonly scope: Scope
  /** What each layer of the language model gets. */
  readonly given: readonly Tensor[]
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
  const place = {
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
  return (tokens) => {
    scope.set('embedded', tokens)
    for (const { steps } of senses) runSteps(place, scope, steps)
    const given = senses.flatMap((sense) => (sense.given ?? []).map((name) => scope.get(name)))
    tape.free(...given)
    return { embedded: scope.take('embedded'), scope, given, behind }
  }
}
