import { regularised } from '../adapters/adapter-kinds.js'
import type { DecoderModel } from '../decoder-model.js'
import type { DecoderPass } from '../decoder-pass.js'
import type { StepOptions } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import { labelsOf } from '../loss/label-head.js'
import { logitsOf, statesForHead } from '../loss/logits.js'
import type { LossKind } from '../loss/loss.js'
import { addRouterLoss } from '../loss/router-loss.js'
import { LeftStates, leavesStates } from '../mixers/left-states.js'
import type { ModelPass } from '../model-pass.js'
import { isReentrant } from '../reentrant.js'
import type { Sharding } from '../sharding/sharding.js'
import { ROOT } from '../sharding/sharding-groups.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { decoderLoss } from './decoder-loss.js'
import { hiddenStates } from './hidden-states.js'
import type { RouterOutputs } from './router-outputs.js'
import { tokenVectors } from './token-vectors.js'

/** One forward pass of a decoder-only language model. */
export class Decoder implements ModelPass {
  readonly #model: DecoderModel
  readonly #pass: DecoderPass
  readonly #outputs: Tensor[] = []
  /** Logits that are returned beside a loss of preferences. */
  readonly #logits: Tensor[] = []
  #routers: RouterOutputs | undefined

  constructor(model: DecoderModel, layers: Layers, options: StepOptions) {
    const { forward, sizes, base, labels } = model
    this.#model = model
    layers.ops.tape.folds = model.foldsLoops
    // Generation caches whatever the config says; other code does as it says.
    const cache = options.cache && (labels ?? forward.vectors)?.caches !== false
    const ownMasks = model.senses.find(({ masks }) => masks !== undefined)?.masks
    const ownTokens = model.senses
      .filter(({ ownExperts }) => ownExperts)
      .reduce((sum, { tokens }) => sum + tokens * (options.images ?? 0), 0)
    const reentrant = isReentrant(forward, options)
    const left = leavesStates(forward.mixers) && !cache ? new LeftStates(layers.ops.tape) : undefined
    this.#pass = { layers, options: { ...options, cache, ownMasks, ownTokens, reentrant }, forward, sizes, base, left }
  }

  loss(): Tensor {
    const { layers, options, forward, sizes } = this.#pass
    const { tape } = layers.ops
    const { sharding } = options
    if (forward.withoutTraining)
      throw new UndescribedBlock(
        `no model for training ${this.#model.architecture.className}: ${forward.withoutTraining}`,
      )
    if (forward.keepsLayers && options.recompute !== 'none')
      throw new UndescribedBlock(
        `${this.#model.architecture.className} does not support gradient checkpointing: pass \`recompute: 'none'\``,
      )
    sharding?.beforeForward(ROOT)
    const before =
      !options.stage && options.keepOutputs && options.loss.kind === 'chunked' && this.#model.head
        ? tape.tensor(layers.tokens * sizes.vocabSize, 'float32', 'outputs')
        : undefined
    const { hidden, returned, inOutput, routers } = hiddenStates(this.#model, this.#pass, this.#outputs)
    sharding?.beforeHead()
    if (options.stage?.isLast === false) {
      tape.free(...returned)
      layers.endAutocast()
      return sharding ? this.#handedOn(sharding, hidden) : hidden
    }
    if (options.keepOutputs) this.#outputs.push(...inOutput.map((one) => tape.alias(one)))
    // The loss of the routers comes last, when the output of the model has all names.
    const held = routers ? [tape.alias(hidden)] : []
    const isOutside = isComputedOutside(options)
    const headAndLoss = () =>
      decoderLoss(this.#model, this.#pass, hidden, {
        outputs: this.#outputs,
        returned: this.#logits,
        ...(before && { before }),
        ...(routers && { held }),
        ...(sharding && isOutside && { leaving: (logits: Tensor) => this.#leaving(sharding, logits) }),
        ...(forward.routerLogits?.until === 'head' && { behindHead: () => routers?.free() }),
      })
    const { offloading } = tape.saved
    const own = offloading ? offloading.around(headAndLoss) : headAndLoss()
    const loss = routers ? withRouterLoss(this.#model, this.#pass, routers, own) : own
    tape.free(...returned, ...held)
    if (options.keepOutputs) this.#routers = routers
    else routers?.free()
    layers.endAutocast()
    const whole = layers.weights.isAdaLora ? regularised(layers, loss) : loss
    return sharding && !isOutside ? this.#leaving(sharding, whole) : whole
  }

  /** What the root returns. Frees what it gets. */
  #leaving(sharding: Sharding, output: Tensor): Tensor {
    const { tape } = this.#pass.layers.ops
    sharding.endForward()
    const last = this.#model.layers.at(-1)?.name
    const marked = tape.marker(output, () => sharding.beforeBackward(undefined, last))
    tape.free(output)
    return marked
  }

  /** What a stage hands on is the output of its last layer too, which backward gathers before the root. Frees it. */
  #handedOn(sharding: Sharding, hidden: Tensor): Tensor {
    const { tape } = this.#pass.layers.ops
    sharding.endForward()
    const [last, before] = this.#model.layers.map(({ name }) => name).reverse()
    const marked = tape.marker(hidden, () => {
      sharding.beforeBackward(last, before)
      sharding.beforeBackward(undefined, last)
    })
    tape.free(hidden)
    return marked
  }

  copyLogits(): void {
    const { tape } = this.#pass.layers.ops
    const copies = this.#logits.map(({ elements, dtype }) => tape.tensor(elements, dtype, 'index'))
    this.dropLogits()
    this.#logits.push(...copies)
  }

  dropLogits(): void {
    this.#pass.layers.ops.tape.free(...this.#logits.splice(0))
  }

  dropOutputs(): void {
    this.#pass.layers.ops.tape.free(...this.#outputs.splice(0))
    this.#routers?.free()
  }

  prefill(): void {
    const { tape } = this.#pass.layers.ops
    const { hidden, routers } = hiddenStates(this.#model, this.#pass)
    const { options, forward, sizes, layers } = this.#pass
    const { head, labels, vectors } = this.#model
    if (vectors) {
      tape.free(tokenVectors(layers, vectors, hidden), hidden)
      routers?.free()
      return
    }
    if (labels) {
      const { logits, held } = labelsOf(layers, labels, hidden, options.batch)
      tape.free(logits, ...held, hidden)
      routers?.free()
      return
    }
    // Embedding and reward models end with the hidden states.
    if (!head) {
      tape.free(hidden)
      routers?.free()
      return
    }
    const rows = forward.logits.prefill === 'allTokens' ? layers.tokens : options.batch
    const states = statesForHead(this.#pass, hidden)
    const last = { ...tape.alias(states), elements: rows * sizes.hiddenSize }
    const logits = logitsOf(this.#pass, head, last)
    if (routers) withRouterLoss(this.#model, this.#pass, routers)
    tape.free(last, states, hidden, logits)
    routers?.free()
  }
}

/** The loss with that of the routers, if the class has one; a class without an output embedding has none. Frees the loss. */
function withRouterLoss(model: DecoderModel, pass: DecoderPass, routers: RouterOutputs, loss: Tensor): Tensor
function withRouterLoss(model: DecoderModel, pass: DecoderPass, routers: RouterOutputs): undefined
function withRouterLoss(
  model: DecoderModel,
  { layers, options, forward }: DecoderPass,
  routers: RouterOutputs,
  loss?: Tensor,
): Tensor | undefined {
  const form = model.head ? (forward.routerLogits?.loss ?? 'none') : 'none'
  const { kind } = options.loss
  if (loss && form !== 'none' && (kind === 'log-probs-of-logits' || kind === 'log-probs-and-entropy'))
    throw new UndescribedBlock(
      'no model of the loss of routers beside preferences from all logits: set `outputRouterLogits` to false',
    )
  return addRouterLoss(form, { layers, model, routers, isMasked: options.routerLogits === 'keptBesideMask' }, loss)
}

/** The losses that trainers compute of what the model returns, when FSDP has ended its forward pass. */
const OF_TRAINERS: readonly LossKind['kind'][] = ['chunked-linear', 'log-probs-of-logits', 'log-probs-and-entropy']

/** A pipeline computes the loss of what its last stage returns, and so does code that gathers the logits. */
function isComputedOutside({ stage, loss }: StepOptions): boolean {
  return stage !== undefined || loss.logits === 'float32-gathered' || OF_TRAINERS.includes(loss.kind)
}
