import type { Call, EachPart, Loop, Split, Step, Steps, Value } from '../../../architecture/index.js'
import { emptyParts } from '../memory-ledger.js'
import { throughLayers } from '../stack.js'
import type { NamedLayer } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { compute } from './operations.js'
import { countOf, type Place } from './place.js'
import { Scope } from './scope.js'

/** Runs the steps of a function. The result is what they give, if they do. */
export function runSteps(place: Place, scope: Scope, steps: Steps): Tensor | undefined {
  for (const step of steps) {
    if ('give' in step) return evaluate(place, scope, step.give)
    runStep(place, scope, step)
  }
  return undefined
}

function runStep(place: Place, scope: Scope, step: Exclude<Step, { readonly give: Value }>): void {
  if ('let' in step) scope.set(step.let, evaluate(place, scope, step.be))
  else if ('split' in step) splitInto(place, scope, step)
  else if ('parts' in step) runParts(place, scope, step)
  else if ('drop' in step) scope.drop(step.drop)
  else if ('trains' in step) {
    if (!place.options.cache) for (const one of step.trains) runStep(place, scope, one)
  } else runLayers(place, scope, step)
}

function splitInto(place: Place, scope: Scope, { split, into, sizes }: Split): void {
  const { ops } = place.layers
  const whole = evaluate(place, scope, split)
  const parts = ops.split(
    whole,
    sizes?.map((size) => countOf(place.options, size)) ?? into.map(() => whole.elements / into.length),
  )
  ops.tape.free(whole)
  for (const [index, name] of into.entries()) {
    const part = parts[index]
    if (part) scope.set(name, part)
  }
}

function runParts(place: Place, scope: Scope, { parts, count, most, as, into, steps }: EachPart): void {
  const { ops } = place.layers
  const whole = evaluate(place, scope, parts)
  const times = countOf(place.options, count)
  const rows = most === undefined ? Array.from({ length: times }, () => 1) : inParts(times, most)
  const views = ops.split(
    whole,
    rows.map((size) => (size * whole.elements) / times),
  )
  ops.tape.free(whole)
  const inner = new Scope(ops.tape, scope.module)
  const made: Tensor[] = []
  for (const [index, view] of views.entries()) {
    inner.set(as, ops.tape.alias(view))
    const given = runSteps({ ...place, options: { ...place.options, rows: rows[index] ?? 0 } }, inner, steps)
    if (!given) throw new Error('the steps of a part give a value')
    made.push(given)
  }
  inner.end()
  ops.tape.free(...views)
  scope.setList(into, made)
}

/** So many rows in parts of at most so many. */
function inParts(rows: number, most: number): number[] {
  return Array.from({ length: Math.ceil(rows / most) }, (_, index) => Math.min(most, rows - index * most))
}

/** A tensor, which the caller owns. */
export function evaluate(place: Place, scope: Scope, value: Value): Tensor {
  if (typeof value === 'string') return scope.get(value)
  if (value.op === 'call') return called(place, scope, value)
  return compute(place, scope, value, (operand) => evaluate(place, scope, operand))
}

/** A module with variables of its own. `torch.nn.Module.__call__` holds the arguments until it returns. */
function called(place: Place, outer: Scope, { steps, at, with: given, isIdle = false }: Call): Tensor {
  const { tape } = place.layers.ops
  const inner = new Scope(tape, outer.named(at ?? ''))
  const held = Object.entries(given).map(([name, value]) => {
    const argument = evaluate(place, outer, value)
    inner.set(name, tape.alias(argument))
    return argument
  })
  const holding = place.heldWeights.length
  const run = () => runSteps(place, inner, steps)
  const output = isIdle ? tape.withoutGradients(run) : run()
  if (!output) throw new Error('the steps of a module give a value')
  inner.end()
  tape.free(...held, ...place.heldWeights.splice(holding))
  return output
}

/** The layers of a list, in the order in which they run. */
function layersOf({ facts, options }: Place, list: string, runs: Loop['runs']): readonly NamedLayer[] {
  const layers = facts.list(list)
  if (!runs) return layers
  if (options.sharding)
    throw new UndescribedBlock(`no model for sharding with the layers of ${list}, which run more than once`)
  return runs.flatMap((at, index) => layers.filter((layer) => layer.index === at).map((layer) => ({ ...layer, index })))
}

/** Layers whose gradients a reentrant checkpoint loses, or hands from layer to layer. */
function refuseReentrant({ each, carriesBy, makes, shares = [] }: Loop): void {
  if (carriesBy === 'keyword')
    throw new UndescribedBlock(
      `reentrant checkpointing does not train this model: its code hands hidden states to the layers of ${each} by keyword, where they get no gradients; pass \`reentrant: false\``,
    )
  if (makes)
    throw new UndescribedBlock(
      `no model for reentrant checkpointing where each of the layers of ${each} gets what is made before it: pass \`reentrant: false\``,
    )
  if (shares.length > 0)
    throw new UndescribedBlock(
      `no model for reentrant checkpointing where the layers of ${each} share what the first one makes: pass \`reentrant: false\``,
    )
}

/** Each layer would run backward through what it gets by keyword, which torch frees the first time. */
function refuseGraphByKeyword(list: string): void {
  throw new UndescribedBlock(
    `reentrant checkpointing fails in this model: its code hands the layers of ${list} a tensor with gradients by keyword, and torch refuses to run backward through it twice; pass \`reentrant: false\``,
  )
}

/** Whether a gradient reaches the layers of a list. */
function isTrained({ layers }: Place, scope: Scope, { each, carries }: Loop): boolean {
  const input = scope.get(carries)
  layers.ops.tape.free(input)
  return input.grad !== undefined || layers.weights.trainsBelow(`${scope.named(each)}.`)
}

/** Runs the layers of a list, some of which are recomputed in backward. */
function runLayers(given: Place, scope: Scope, loop: Loop): void {
  const place: Place = loop.isKept ? { ...given, options: { ...given.options, recompute: 'none' } } : given
  const {
    each,
    carries,
    given: passed = [],
    keywords = [],
    shares = [],
    returns = [],
    kinds,
    kindOf = [],
    keeps,
    remembers,
    behind = {},
    makes,
    unusedFrom = Number.POSITIVE_INFINITY,
    runs,
    keepsLayers = false,
  } = loop
  const isReentrant = !keepsLayers && place.options.reentrant && place.options.recompute !== 'none'
  // What comes by keyword gets no gradients, which does not matter where there are none.
  if (isReentrant && (loop.carriesBy !== 'keyword' || isTrained(place, scope, loop)))
    refuseReentrant({ ...loop, each: scope.named(each) })
  const { tape } = place.layers.ops
  const layers = layersOf(place, scope.named(each), runs)
  const others = passed.map((name) => [name, scope.get(name)] as const)
  const tensorsOf = (isByKeyword: boolean) =>
    others.flatMap(([name, tensor]) => (keywords.includes(name) === isByKeyword ? [tensor] : []))
  if (isReentrant && tensorsOf(true).some(({ grad }) => grad)) refuseGraphByKeyword(scope.named(each))
  const shared = new Map<string, Tensor>()
  const own = new Map<number, Tensor>()
  let maker: number | undefined
  const kept = new Set<number>()
  const isRemembered = remembers === 'always' || (remembers === 'in inference' && place.options.cache)
  const { hidden, returned } = throughLayers(
    { layers, omitted: place.facts.omitted, leftOut: place.facts.leftOut },
    keepsLayers ? { ...place, options: { ...place.options, recompute: 'none' } } : place,
    scope.take(carries),
    {
      ahead: ({ index }) => {
        if (!makes) return
        const made = evaluate(place, scope, makes.be)
        own.set(index, made)
        scope.set(makes.let, made)
      },
      given: ({ index }) => [...tensorsOf(false), ...shared.values(), ...one(own.get(index))],
      keywords: tensorsOf(true),
      givenBy: 'position',
      returnsWeights: true,
      compute: ({ name, index }, input) => {
        // A layer that runs again in backward has kept its input before.
        if (keeps !== undefined && !kept.has(index)) scope.set(`${keeps}${index}`, tape.alias(input))
        if (isRemembered && !kept.has(index)) place.memories.push(tape.alias(input))
        kept.add(index)
        const inner = new Scope(tape, name)
        inner.set(carries, tape.alias(input))
        for (const [variable, tensor] of others) inner.set(variable, tape.alias(tensor))
        // The first layer makes them, also when it runs again in backward.
        maker ??= index
        if (index !== maker) for (const [variable, tensor] of shared) inner.set(variable, tape.alias(tensor))
        for (const tensor of one(own.get(index))) inner.set(makes?.let ?? '', tape.alias(tensor))
        place.ownWeights.length = 0
        const run = () => runSteps(place, inner, kinds[kindOf[index] ?? 0] ?? [])
        // What nothing depends on is freed with the last reference to it.
        const output = index >= unusedFrom ? tape.unread(run) : run()
        if (!output) throw new Error('the steps of a layer give a value')
        // When it runs again, nothing needs them.
        if (shared.size === 0) for (const variable of shares) shared.set(variable, inner.get(variable))
        for (const variable of returns) place.attentionWeights.push(inner.get(variable))
        inner.end()
        tape.free(...place.ownWeights.splice(0))
        return output
      },
      behind: ({ index, name }, output) => {
        const { length = 0 } = place.facts.leftOut.get(name) ?? []
        if (keeps !== undefined && length > 0) keepOmitted(place, scope, keeps, index, length)
        const steps = behind[index]
        if (!steps) return output
        scope.set(carries, output)
        runSteps(place, scope, steps)
        return scope.take(carries)
      },
    },
  )
  scope.set(carries, hidden)
  if (keeps !== undefined) scope.set(`${keeps}${(layers.at(-1)?.index ?? -1) + 1}`, tape.alias(hidden))
  tape.free(...returned, ...others.map(([, tensor]) => tensor))
  // They are variables of the function that runs the layers.
  for (const [variable, tensor] of shared) scope.set(variable, tensor)
}

/** A list of what there is. */
const one = (tensor: Tensor | undefined): readonly Tensor[] => (tensor ? [tensor] : [])

/**
 * Holds the inputs of layers that are not replayed. If nothing else holds the input of the layer before them, theirs would go with the layers: one
 * tensor takes their place, whose bytes the layers then do not add.
 */
function keepOmitted({ layers }: Place, scope: Scope, keeps: string, index: number, count: number): void {
  const { tape } = layers.ops
  const input = scope.get(`${keeps}${index}`)
  tape.free(input)
  const { part, bytes, references } = input.storage
  if (references > 1) return
  tape.ledger.shift({ ...emptyParts(), [part]: -bytes }, count)
  scope.set(`${keeps} of others`, tape.tensor(input.elements * count, input.dtype, 'add'))
}
