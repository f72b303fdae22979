import { regularised } from '../adapters/adapter-kinds.js'
import { distancesOf, hasGivenMask, isEager, masksOf } from '../attention/masks.js'
import { placesOnAxes, rotaryTables, tablesOf } from '../attention/rotary-tables.js'
import type { DecoderModel } from '../decoder-model.js'
import type { DecoderPass } from '../decoder-pass.js'
import type { DecoderRun, StepOptions } from '../decoder-run.js'
import { dropped, isDropped } from '../dropout.js'
import type { Layers } from '../layers.js'
import { type LabelHead, labelLoss, labelsOf } from '../loss/label-head.js'
import { logProbs, logProbsAndEntropy, logProbsOfLogits, preferenceLoss } from '../loss/log-probs.js'
import { logitsOf } from '../loss/logits.js'
import { causalLoss, linearLoss } from '../loss/loss.js'
import { RecurrentStates } from '../mixers/states.js'
import type { ModelPass } from '../model-pass.js'
import { norm } from '../norms/norms.js'
import { ROOT } from '../sharding/sharding-groups.js'
import { throughLayers } from '../stack.js'
import { submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { decoderLayer } from './decoder-layer.js'
import { embeddingOf } from './embeddings.js'
import { prefixesOf, sharedKeysOf } from './keys-for-layers.js'
import { mixerOf } from './layer-attention.js'
import { type LayerInputs, layerInputsOf, placeholdersOf } from './layer-inputs.js'
import { type Sensed, sensed } from './sense-pass.js'
import { hasStreams, Streams } from './streams.js'

/** One forward pass of a decoder-only language model. */
export class Decoder implements ModelPass {
  readonly #model: DecoderModel
  readonly #pass: DecoderPass
  readonly #outputs: Tensor[] = []
  /** Logits that are returned beside a loss of preferences. */
  readonly #logits: Tensor[] = []
  /** What the output holds beside the hidden states, until the loss is computed. */
  readonly #returned: Tensor[] = []
  /** Whether the hidden states are gone before the loss is computed. */
  #isFreed = false

  constructor(model: DecoderModel, layers: Layers, options: StepOptions) {
    const { forward, sizes, base, labels } = model
    this.#model = model
    layers.ops.tape.folds = model.foldsLoops
    // Generation caches whatever the config says; other code does as it says.
    const cache = options.cache && labels?.caches !== false
    const ownMasks = model.senses.find(({ masks }) => masks !== undefined)?.masks
    this.#pass = { layers, options: { ...options, cache, ownMasks }, forward, sizes, base }
  }

  /** The loss of a micro-batch. Everything that backward does not need is freed on the way. */
  loss(): Tensor {
    const { tape } = this.#pass.layers.ops
    const { sharding } = this.#pass.options
    sharding?.beforeForward(ROOT)
    const hidden = this.#hidden()
    const { layers } = this.#pass
    const loss = this.#lossFrom(hidden)
    tape.free(...(this.#isFreed ? [] : [hidden]), ...this.#returned.splice(0))
    this.#pass.layers.endAutocast()
    const whole = layers.weights.isAdaLora ? regularised(layers, loss) : loss
    if (!sharding) return whole
    sharding.endForward()
    const last = this.#model.layers.at(-1)?.name
    const marked = tape.marker(whole, () => sharding.beforeBackward(undefined, last))
    tape.free(whole)
    return marked
  }

  #lossFrom(hidden: Tensor): Tensor {
    const { layers, options, sizes } = this.#pass
    const { batch, sequence, completion, loss } = options
    const { head, architecture, score, labels } = this.#model
    if (score !== undefined) return preferenceLoss(layers, layers.linear(score, hidden, 1))
    if (labels) return this.#labelLoss(labels, hidden)
    if (!head)
      throw new UndescribedBlock(`${architecture.className} has no language-model head, so its loss is unknown`)
    if (loss.kind === 'fused-linear' || loss.kind === 'chunked')
      return linearLoss(layers, loss.kind, head.name, hidden, sizes.vocabSize)
    if (loss.kind === 'log-probs')
      return preferenceLoss(layers, logProbs(layers, head.name, hidden, { batch, sequence, completion }))
    const logits = logitsOf(this.#pass, head, hidden)
    // Where the class computes the loss of a whole language model, the hidden states are gone.
    if (this.#pass.forward.logits.shifts === 'model') layers.ops.tape.free(hidden)
    const made = this.#lossOf(logits, batch, sequence)
    if (this.#pass.forward.logits.shifts === 'model') this.#isFreed = true
    return made
  }

  #labelLoss(head: LabelHead, hidden: Tensor): Tensor {
    const { layers, options, forward } = this.#pass
    const { tape } = layers.ops
    if (options.loss.kind !== 'logits')
      throw new UndescribedBlock(`the loss of ${this.#model.architecture.className} has no other kind than logits`)
    const given = dropped(this.#pass, 'labelled', tape.alias(hidden))
    const { logits, held } = labelsOf(layers, head, given, options.batch)
    held.push(given)
    const loss = labelLoss(layers, head, logits, forward.logits.labelled === 'float32')
    if (options.keepOutputs) this.#outputs.push(tape.alias(logits))
    tape.free(logits, ...held)
    return loss
  }

  #lossOf(logits: Tensor, batch: number, sequence: number): Tensor {
    const { layers, options, forward } = this.#pass
    if (options.loss.kind === 'log-probs-and-entropy') return logProbsAndEntropy(layers, logits)
    if (options.loss.kind === 'log-probs-of-logits')
      return logProbsOfLogits(layers, logits, { batch, sequence, returned: this.#logits })
    const isOwn = options.loss.kind === 'logits' && options.loss.logits === 'float32' && forward.logits.shifts !== 'no'
    const kind =
      isOwn && forward.logits.shifts === 'model' ? { ...options.loss, logits: 'model' as const } : options.loss
    const isDerived = forward.logits.form !== 'plain' || forward.logits.shifts === 'float32'
    const kept = options.keepOutputs ? this.#outputs : undefined
    return causalLoss(layers, logits, { batch, sequence, kind, isDerived, shifts: isOwn, kept })
  }

  dropLogits(): void {
    this.#pass.layers.ops.tape.free(...this.#logits.splice(0))
  }

  /** Drops the references that outlive the loss. */
  dropOutputs(): void {
    this.#pass.layers.ops.tape.free(...this.#outputs.splice(0))
  }

  /** A prefill: fills the cache and computes the logits of each sequence's last token. Frees the rest at the end. */
  prefill(): void {
    const { tape } = this.#pass.layers.ops
    const hidden = this.#hidden()
    const { options, forward, sizes, layers } = this.#pass
    const rows = forward.logits.prefill === 'allTokens' ? layers.tokens : options.batch
    const { head, labels: labelHead } = this.#model
    if (labelHead) {
      const { logits, held } = labelsOf(layers, labelHead, hidden, options.batch)
      tape.free(logits, ...held, hidden)
      return
    }
    // Embedding and reward models end with the hidden states.
    if (!head) {
      tape.free(hidden)
      return
    }
    const last = { ...tape.alias(hidden), elements: rows * sizes.hiddenSize }
    const logits = logitsOf(this.#pass, head, last)
    tape.free(last, hidden, logits)
  }

  /** The last hidden states, normalised. */
  #hidden(): Tensor {
    const { layers, options, forward, sizes, base } = this.#pass
    const { tape } = layers.ops
    const { rotation, alibi } = forward
    const isWrittenOut = isEager(options, forward)
    const held: Tensor[] = []
    const { senses, facts } = this.#model
    let seen: Sensed | undefined
    let inputs: LayerInputs | undefined
    const ids = forward.holdsPlaceholders ? tape.tensor(layers.tokens, 'int64', 'where') : undefined
    const sensing = {
      isBeforeScale: senses.some((sense) => sense.isBeforeScale),
      run: (tokens: Tensor) => {
        seen = facts && sensed(senses, facts, layers, options, tokens)
        return seen?.embedded ?? tokens
      },
      before: (words: Tensor) => {
        inputs = layerInputsOf(this.#pass, words, ids)
      },
    }
    const { embedded, positions } = embeddingOf(this.#pass, held, sensing, ids)
    if (forward.logits.shifts === 'model' && !seen) this.#returned.push(tape.alias(embedded))
    const layerInputs = inputs?.joined
    const placeholders = ids ? [ids, ...placeholdersOf(this.#pass, embedded, inputs)] : []
    const sharedKeys = sharedKeysOf(this.#pass)
    const places = placesOnAxes(this.#pass)
    const original = forward.residual.order === 'shared' ? layers.ops.contiguous(embedded) : undefined
    const states = options.cache ? new RecurrentStates(this.#model, options.batch, embedded.dtype, tape) : undefined
    const masks = masksOf(this.#pass, embedded.dtype)
    const isShared = rotation && rotation.tables !== 'inLayers'
    const tables = isShared ? rotaryTables(this.#pass, rotation, embedded.dtype) : undefined
    const windowTables =
      isShared && rotation.tables !== 'one'
        ? rotaryTables(this.#pass, { ...rotation, features: rotation.windowFeatures }, embedded.dtype)
        : tables
    const tablesIn = (index: number) => (sizes.isWindowed(index) ? windowTables : tables)
    const distances = alibi && distancesOf(this.#pass, alibi, embedded.dtype)
    const shared = [...positions, ...present(distances?.scaled), ...tablesOf(tables, windowTables)]
    const run: DecoderRun = {
      layers,
      options,
      forward,
      sizes,
      gaps: this.#model.gaps,
      prefixes: prefixesOf(this.#pass, embedded.dtype),
      tables,
      bias:
        (alibi || hasGivenMask(options, forward) || options.ownMasks === 'numbers') && !isWrittenOut
          ? masks.full
          : undefined,
      chosen: alibi?.everyPosition ? masks.full : undefined,
      mask: alibi?.everyPosition ? distances?.scaled : isWrittenOut ? (masks.full ?? masks.windowed) : undefined,
      states,
      original,
      layerInputs,
      sharedKeys,
      carried: { chosen: undefined, next: undefined },
      attentionWeights: [],
    }
    const streams = hasStreams(this.#pass) ? new Streams(this.#pass) : undefined
    let hidden = streams?.enter(embedded) ?? this.#entered(run, embedded)
    // The looked up embeddings have a name in the code; their sum with the positions has not.
    const isRebound = forward.dropout.rebindsEmbeddings && isDropped(run, 'embeddings')
    const names = held.length > 0 ? held : isRebound ? [tape.alias(hidden)] : [embedded]
    if (held.length > 0 || isRebound) tape.free(embedded)
    const mixed = new Set(this.#model.layers.filter((layer) => mixerOf(run, layer)).map(({ index }) => index))
    const maskOf = (index: number) =>
      mixed.has(index) ? [] : present(!alibi && sizes.isWindowed(index) ? masks.windowed : masks.full)
    const given = (index: number) => {
      // Zamba2 gives its layers no positions.
      if (forward.residual.order === 'shared') return tablesOf(tables)
      if (rotation?.receivers === 'attention' && mixed.has(index)) return positions
      if (rotation?.tables === 'two') return [...positions, ...tablesOf(tablesIn(index))]
      // Layers get the row of the first axis.
      return [...shared, ...(rotation?.axes === 'inTable' ? places : []), ...(seen?.given ?? [])]
    }
    const stack = throughLayers(this.#model, run, hidden, {
      given: (index) => [...present(original), ...present(layerInputs), ...maskOf(index), ...given(index)],
      behind: (layer, output) => seen?.behind(layer.index, output) ?? output,
      compute: (layer, input) =>
        decoderLayer({ ...run, ...this.#cutAt(layer.index), tables: tablesIn(layer.index) }, layer, input, layer.index),
    })
    hidden = streams?.merge(stack.hidden) ?? stack.hidden
    sharedKeys?.leave()
    const last = submodule(base, 'lastNorm')
    const normal = last ? norm(run, last, hidden) : tape.alias(hidden)
    tape.free(
      hidden,
      ...stack.returned,
      ...names,
      ...shared,
      ...places,
      ...(run.prefixes ?? []),
      ...placeholders,
      ...present(distances?.mask),
      ...present(original),
      ...present(layerInputs),
      ...present(masks.full),
      ...present(masks.windowed),
    )
    streams?.end()
    for (const { returned = [] } of senses)
      for (const name of returned) if (seen) this.#returned.push(seen.scope.get(name))
    seen?.scope.end()
    return normal
  }

  /**
   * In a prefill, layers that take keys and values of others compute the last token alone, as nothing reads what they make of the others
   * (`_maybe_slice_kv_shared_inputs` of Gemma 4).
   */
  #cutAt(layer: number): Partial<DecoderRun> {
    const { options, forward } = this.#pass
    const { keySharing } = forward.attention
    const isCut =
      options.cache && this.#model.head && keySharing?.in === 'variable' && keySharing.taken[layer] !== undefined
    return isCut ? { options: { ...options, sequence: 1 } } : {}
  }

  /** The input of the first layer. */
  #entered(run: DecoderRun, embedded: Tensor): Tensor {
    const { ops } = this.#pass.layers
    const isNormalised = this.#pass.forward.embedding === 'normalised'
    const first = submodule(this.#pass.base, isNormalised ? 'lastNorm' : 'embeddingNorm')
    if (first) return norm(run, first, embedded)
    const isScaled = this.#pass.forward.embedding === 'scaledForFirstLayer'
    if (isDropped(run, 'embeddings')) return ops.dropout(embedded)
    return isScaled ? ops.scale(embedded) : ops.tape.alias(embedded)
  }
}

function present(tensor: Tensor | undefined): Tensor[] {
  return tensor ? [tensor] : []
}
