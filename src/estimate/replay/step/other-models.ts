import type { PreferenceStep } from '../../finetuning-run.js'
import { NO_ADAPTERS } from '../../lora/adapter-plan.js'
import type { StepOptions } from '../decoder-run.js'
import { Layers } from '../layers.js'
import { change, emptyParts } from '../memory-ledger.js'
import type { ModelPass } from '../model-pass.js'
import type { ReplayModel } from '../replay-model.js'
import type { Sharding } from '../sharding/sharding.js'
import { ROOT } from '../sharding/sharding-groups.js'
import type { Leaf, Tensor } from '../tape.js'
import { Weights } from '../weights.js'
import { allocateStates, shardingOf } from './static-memory.js'
import type { TrainingStep } from './training-options.js'

/** What a step of the trained model gives to the other models. */
interface Trained {
  readonly model: ReplayModel
  readonly layers: Layers
  readonly options: StepOptions
  readonly step: TrainingStep
  readonly pass: ModelPass
  readonly preference: PreferenceStep
}

/**
 * The other models and passes of a method that learns from preferences or rewards. A reference is a frozen copy, or the trained model with
 * its adapters off, and runs without gradients: after the trained model, whose saved tensors are live then (`_compute_loss` of
 * TRL's DPO and KTO), or before it (GRPO). A reward model is only held: it runs on its own.
 */
export class OtherModels {
  /** The trained parameters of the value model. */
  readonly leaves: readonly Leaf[]
  readonly #trained: Trained
  readonly #reference: (() => void) | undefined
  /** The trained model on other completions, which live beside those that it is trained on. */
  readonly #other: ModelPass | undefined
  readonly #value: ((loss: Tensor) => Tensor) | undefined
  readonly #shardings: Sharding[] = []

  constructor(trained: Trained) {
    this.#trained = trained
    const { preference, step, layers } = trained
    this.#reference = preference.reference && (step.trained ? this.#copy() : this.#plain())
    if (preference.repeats) this.#other = this.#withoutRouters()
    const { tape } = layers.ops
    if (!preference.hasCritics) {
      this.leaves = []
      return
    }
    const scored = trained.model.withScore()
    this.#allocate(scored, false)
    const value = this.#allocate(scored, true)
    this.leaves = value.layers.weights.leaves
    allocateStates(tape.ledger, this.leaves, step)
    this.#value = (loss) => {
      const own = value.pass.loss()
      const both = layers.ops.add(loss, own)
      tape.free(loss, own)
      return both
    }
  }

  /**
   * Completions for all micro-batches of a step, and what a reference says of them: once, before the first micro-batch
   * (`_prepare_inputs` of TRL's GRPO, whose `steps_per_generation` are those of accumulation unless it is told otherwise).
   */
  rollout(): void {
    const { preference } = this.#trained
    if (preference.hasCritics) this.#gatherTrained()
    if (!preference.generates) return
    this.#generate()
    this.#reference?.()
  }

  /** ZeRO-3 gathers policy and value while PPO generates (`unwrap_model_for_generation` around its `PolicyAndValueWrapper`, TRL 0.19.1). */
  #gatherTrained(): void {
    const { options, layers } = this.#trained
    const whole = [options.sharding, this.#shardings.at(-1)].map((sharding) => sharding?.gatherWhole())
    for (const storage of whole) if (storage) layers.ops.tape.ledger.release(storage)
  }

  /** What runs before the trained model on each micro-batch. */
  before(): void {
    const { preference } = this.#trained
    if (this.#other && !this.#copiesLogits) this.#run(this.#other)
    if (preference.reference === 'before' && !preference.generates) this.#reference?.()
  }

  /** The loss of the trained model, with what runs beside it. */
  loss(): Tensor {
    const { preference, pass, layers, options, step } = this.#trained
    const { ledger } = layers.ops.tape
    const loss = pass.loss()
    if (this.#copiesLogits) this.#divergence(pass, this.#other)
    if (preference.reference === 'after') {
      // The code has a name for the log-probability of each token.
      const rows = Math.min(step.completion ?? options.sequence, Math.max(options.sequence - 1, 1))
      const named = ledger.allocate(options.loss.kind === 'log-probs' ? 4 * options.batch * rows : 0)
      this.#reference?.()
      ledger.release(named)
    }
    pass.dropLogits?.()
    return this.#value?.(loss) ?? loss
  }

  /** Whether the divergence comes after the logits, of which the code copies those of good and of bad answers. */
  get #copiesLogits(): boolean {
    const { preference, options } = this.#trained
    return preference.repeats === true && options.loss.kind === 'log-probs-of-logits'
  }

  /** Other completions while the logits live, and then copies of these (`concatenated_forward` of LLaMA-Factory 0.9.5, `train/kto/trainer.py`). */
  #divergence(pass: ModelPass, other: ModelPass | undefined): void {
    if (other) this.#run(other)
    pass.copyLogits?.()
  }

  /** At the end of backward. */
  end(): void {
    for (const sharding of this.#shardings) {
      sharding.endBackward()
      sharding.endReduction()
    }
  }

  #plain(): () => void {
    const { layers } = this.#trained
    const [pass, other] = [this.#withoutRouters(), this.#withoutRouters()]
    return () => layers.weights.withoutAdapters(() => this.#ask(pass, other))
  }

  #copy(): () => void {
    // FSDP2 wraps it as a whole, and not its layers (`prepare_fsdp` in `models/utils.py` of TRL 1.16).
    const { options, preference } = this.#trained
    const isOfTrl = options.loss.kind === 'log-probs' && !preference.hasCritics && !preference.referenceInLayers
    const { pass, again } = this.#allocate(this.#trained.model, false, isOfTrl)
    return () => this.#ask(pass, again())
  }

  /** A pass of the trained model. A reference gives no logits of routers (`_compute_loss` of TRL's DPO). */
  #withoutRouters(): ModelPass {
    const { layers, model, options } = this.#trained
    return model.pass(layers, { ...options, routerLogits: 'no' })
  }

  /** What a reference says of the completions, and of the others. */
  #ask(pass: ModelPass, other: ModelPass): void {
    const { tape } = this.#trained.layers.ops
    if (!this.#copiesLogits) {
      if (this.#other) this.#run(other)
      this.#run(pass)
      return
    }
    tape.withoutGradients(() => tape.free(pass.loss()))
    this.#divergence(pass, other)
    pass.dropLogits?.()
  }

  #run(pass: ModelPass): void {
    const { tape } = this.#trained.layers.ops
    tape.withoutGradients(() => tape.free(pass.loss()))
    pass.dropLogits?.()
  }

  /** Another model with parameters of its own, sharded like the trained one. */
  #allocate(
    model: ReplayModel,
    trained: boolean,
    isReference = false,
  ): { readonly layers: Layers; readonly pass: ModelPass; readonly again: () => ModelPass } {
    const { step, options, layers } = this.#trained
    const { tape } = layers.ops
    const rules = step.sharding && { ...step.sharding, isOneGroup: step.sharding.copiesOut && isReference }
    const sharding = rules && shardingOf(tape.ledger, rules, { embeddingAgain: true, isRevisited: false })
    if (sharding && !rules.isOneGroup) this.#shardings.push(sharding)
    const weights = new Weights(model.architecture, tape.ledger, {
      sharding,
      division: step.division,
      omitted: model.omitted,
      dtype: step.parameterDtype,
      trained,
      adapterDtype: step.adapterDtype,
      adapters: NO_ADAPTERS,
    })
    // No backward frees what forward has gathered.
    if (rules?.isOneGroup && !rules.reshards) sharding?.gatherAll()
    tape.ledger.allocate(model.buffers({ batch: 0, sequence: 0 }, step.parameterDtype, false), 'buffers')
    const own = new Layers(
      layers.ops,
      weights,
      layers.tokens,
      layers.autocast,
      model.linear,
      layers.kernels,
      layers.half,
      layers.division,
    )
    const again = () =>
      model.pass(own, { ...options, sharding, routerLogits: 'no', drops: trained ? options.drops : 'none' })
    return { layers: own, pass: again(), again }
  }

  /**
   * Generation for all micro-batches: a prefill of the prompts, and a cache that grows to whole sequences. All of it is freed before the
   * step.
   */
  #generate(): void {
    const { model, layers, options, step } = this.#trained
    const { ledger } = layers.ops.tape
    const { sequence } = options
    const batch = options.batch * step.microBatches
    const prompt = Math.max(1, sequence - (step.completion ?? 0))
    const own = new Layers(
      layers.ops,
      layers.weights,
      batch * prompt,
      // accelerate wraps the forward of the outermost model, which PEFT's `generate` does not call.
      layers.autocast && step.trained,
      model.linear,
      layers.kernels,
      layers.half,
      layers.division,
    )
    const before = { ...ledger.now }
    // ZeRO-3 gathers the whole model, and removes its hooks (`_unwrap_model_for_generation` in `models/utils.py` of TRL 1.16).
    const whole = options.sharding?.gatherWhole()
    // The root of FSDP2 stays gathered until backward.
    if (!whole) options.sharding?.beforeForward(ROOT)
    const pass = model.pass(own, {
      ...options,
      sharding: whole ? undefined : options.sharding,
      batch,
      sequence: prompt,
      cache: true,
      drops: 'none',
      recompute: 'none',
      routerLogits: 'no',
    })
    const { tape } = layers.ops
    // The tokens of the prompts, which the trainer holds.
    const prompts = tape.tensor(batch * prompt, 'int64', 'clone')
    tape.withoutGradients(() => pass.prefill())
    own.endAutocast()
    tape.free(prompts)
    options.sharding?.endForward()
    const { kvCache } = change(before, ledger.now)
    const cache = Math.round((kvCache / prompt) * sequence)
    const grown = ledger.allocate(cache - kvCache, 'kvCache')
    // The keys of a layer, and then its values, are copied to a longer cache (`DynamicLayer.update`).
    const copied = 2 * Math.max(model.architecture.dimensions.layers, 1)
    const copy = ledger.allocate(Math.round(cache / copied), 'kvCache')
    ledger.observe('cat')
    ledger.release(copy)
    ledger.release(grown)
    if (whole) ledger.release(whole)
    ledger.shift({ ...emptyParts(), kvCache }, -1)
  }
}
