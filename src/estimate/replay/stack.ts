import type { Carried, DecoderRun } from './decoder-run.js'
import { type LeftOut, RepeatedLayers } from './folding/repeated-layers.js'
import type { Sharding } from './sharding/sharding.js'
import type { NamedLayer } from './submodules.js'
import type { Tape, Tensor } from './tape.js'
import { UndescribedBlock } from './undescribed-block.js'

/** A list of layers that run one after another. */
export interface LayerList {
  readonly layers: readonly NamedLayer[]
  /** How many layers like a layer are not replayed, by its name. */
  readonly omitted: ReadonlyMap<string, number>
  /** Where layers are left out. */
  readonly leftOut: LeftOut
}

/** What each layer gets, and what it computes. */
export interface LayerCall {
  /** The tensors that a layer receives besides the hidden states: a checkpointed layer keeps them. */
  readonly given: (layer: NamedLayer) => readonly Tensor[]
  /** What happens before the parameters of a layer are gathered. */
  readonly prepare?: (layer: NamedLayer) => void
  /** What it receives by keyword beside them. Default: nothing. */
  readonly keywords?: readonly Tensor[]
  /** How it receives them. What it receives by keyword, a reentrant checkpoint holds until all of backward is done. */
  readonly givenBy: 'keyword' | 'position'
  /** Whether the layer returns the weights of eager attention. */
  readonly returnsWeights: boolean
  /** What the code does before a layer, whether or not that is recomputed. */
  readonly ahead?: (layer: NamedLayer) => void
  /** One layer. The caller keeps the input. */
  readonly compute: (layer: NamedLayer, input: Tensor) => Tensor
  /** Whether the code leaves a layer out. Default: none. */
  readonly leavesOut?: (layer: NamedLayer) => boolean
  /** What the code does behind a layer. Frees its output. */
  readonly behind?: (layer: NamedLayer, output: Tensor) => Tensor
}

/** The output of the last layer, and the attention weights that it has returned. */
export interface StackOutput {
  readonly hidden: Tensor
  readonly returned: readonly Tensor[]
}

/** Runs the layers, some of which are recomputed in backward. Frees the input. */
export function throughLayers(
  list: LayerList,
  run: Pick<DecoderRun, 'options' | 'layers' | 'attentionWeights'> &
    Partial<Pick<DecoderRun, 'carried' | 'sharedKeys' | 'routers'>>,
  input: Tensor,
  call: LayerCall,
): StackOutput {
  const { options, layers } = run
  const { recompute, reentrant, sharding } = options
  const { tape } = layers.ops
  const isCheckpointed = (index: number) =>
    recompute !== 'none' && (recompute === 'selective' || index % recompute.every === 0)
  const repeated = new RepeatedLayers(tape, list.leftOut)
  let hidden = input
  let returned: Tensor[] = []
  for (const layer of list.layers) {
    repeated.before(layer.name)
    if (call.leavesOut?.(layer)) {
      repeated.behind(layer.name)
      continue
    }
    call.prepare?.(layer)
    const given = sharding ? entered(tape, sharding, list, layer, hidden) : hidden
    call.ahead?.(layer)
    const before = run.carried?.chosen
    const others = [...call.given(layer), ...(before ? [before] : [])]
    const compute = () => {
      run.attentionWeights.length = 0
      run.routers?.enter(layer.name)
      if (run.carried) run.carried.chosen = before
      const isAgain = isCheckpointed(layer.index) && reentrant && !tape.isFirstRun
      return call.compute(layer, isAgain ? { ...given, isDetached: true } : given)
    }
    if (isCheckpointed(layer.index)) run.sharedKeys?.enter()
    const received = [given, ...(call.givenBy === 'position' ? others : [])]
    const output = isCheckpointed(layer.index)
      ? tape.checkpoint(received, compute, {
          keywords: [...(call.givenBy === 'keyword' ? others : []), ...(call.keywords ?? [])],
          alsoReturned: () => (call.returnsWeights ? run.attentionWeights : []),
          alsoKept: () => (tape.isFirstRun ? run.routers?.of(layer.name) : run.routers?.again()) ?? [],
          isSelective: recompute === 'selective',
          isReentrant: reentrant,
          isLast: layer === list.layers.at(-1),
          // The flat parameter has its gradient there, since a layer runs again within FSDP1's wrapper.
          behindBackward: sharding?.rules.isFlat ? () => sharding.afterBackward(layer.name) : undefined,
          closes: () => run.sharedKeys?.leave(),
        })
      : compute()
    // FSDP1 is reentrant unless it is told otherwise: trainers let gradients flow to the embeddings there, whether or not it is asked for.
    const isLost =
      isCheckpointed(layer.index) && reentrant && !sharding && output.grad && !received.some(({ grad }) => grad)
    if (isLost) refuseWithoutGradient(layer.name)
    hidden = sharding ? left(tape, sharding, list, layer, output) : output
    tape.free(given, ...returned)
    returned = run.attentionWeights.splice(0)
    if (run.carried?.next) handOn(tape, run.carried)
    if (call.behind) hidden = call.behind(layer, hidden)
    repeated.behind(layer.name)
  }
  if (run.carried?.chosen) returned.push(run.carried.chosen)
  return { hidden, returned }
}

/** A reentrant checkpoint trains nothing in a layer unless what it carries has a gradient before. */
function refuseWithoutGradient(layer: string): void {
  throw new UndescribedBlock(
    `reentrant checkpointing does not train ${layer}: what it gets has no gradient, as the weights before it are frozen; pass \`reentrant: false\`, or \`inputGradients: true\` if the loop calls enable_input_require_grads`,
  )
}

/** What a layer hands on takes the place of what it got. */
function handOn(tape: Tape, carried: Carried): void {
  if (carried.chosen) tape.free(carried.chosen)
  carried.chosen = carried.next
  carried.next = undefined
}

/** Gathers the parameters of a sharded layer before it runs. In backward, reduces its gradients here. Frees the input. */
function entered(tape: Tape, sharding: Sharding, { omitted }: LayerList, layer: NamedLayer, input: Tensor): Tensor {
  sharding.beforeForward(layer.name)
  sharding.keepInput(input)
  const output = tape.marker(input, (gradient) => {
    sharding.afterBackward(layer.name)
    sharding.keepGradient(input, gradient, omitted.get(layer.name) ?? 0)
  })
  tape.free(input)
  return output
}

/** Frees the parameters of a sharded layer after it has run. Frees its output. */
function left(tape: Tape, sharding: Sharding, { layers }: LayerList, layer: NamedLayer, output: Tensor): Tensor {
  const experts = sharding.lastExperts
  sharding.afterForward(layer.name)
  const names = layers.map(({ name }) => name)
  const before = experts ?? names[names.indexOf(layer.name) - 1] ?? sharding.aheadOfLayers
  const marked = tape.marker(output, () => sharding.beforeBackward(layer.name, before))
  tape.free(output)
  return marked
}
