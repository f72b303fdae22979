import type { Program } from '../../../architecture/index.js'
import type { StepOptions } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import type { ModelPass } from '../model-pass.js'
import { ROOT } from '../sharding/sharding-groups.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { evaluate, runSteps } from './interpreter.js'
import type { ModuleFacts } from './module-facts.js'
import type { Place } from './place.js'
import { Scope } from './scope.js'

/** One forward pass of a model that is written as a program. */
export class ProgramPass implements ModelPass {
  readonly #program: Program
  readonly #place: Place
  readonly #className: string
  readonly #outputs: Tensor[] = []

  constructor(
    { program, facts, className }: { program: Program; facts: ModuleFacts; className: string },
    layers: Layers,
    options: StepOptions,
  ) {
    this.#program = program
    this.#className = className
    this.#place = { layers, options, facts, attentionWeights: [], ownWeights: [], heldWeights: [], memories: [] }
  }

  loss(): Tensor {
    const { layers, options } = this.#place
    const { tape } = layers.ops
    const { loss, withoutTraining, returned = [] } = this.#program
    this.#refuseConfig()
    if (withoutTraining !== undefined)
      throw new UndescribedBlock(`no model for training ${this.#className}: ${withoutTraining}`)
    if (!loss) throw new UndescribedBlock(`${this.#className} computes no loss, so its training is unknown`)
    const { sharding } = options
    this.#refuse()
    sharding?.beforeForward(ROOT)
    const scope = new Scope(tape, '')
    const result = runSteps(this.#place, scope, this.#steps())
    if (!result) throw new Error('a program gives a result')
    scope.set(RESULT, result)
    const output = evaluate(this.#place, scope, loss)
    if (options.keepOutputs) this.#outputs.push(...[RESULT, ...returned].map((name) => scope.get(name)))
    scope.end()
    this.#forget()
    layers.endAutocast()
    if (!sharding) return output
    sharding.endForward()
    const marked = tape.marker(output, () => sharding.beforeBackward(undefined, this.#place.facts.layers.at(-1)?.name))
    tape.free(output)
    return marked
  }

  #forget(): void {
    const { layers, memories } = this.#place
    layers.ops.tape.free(...memories.splice(0))
  }

  /** Refuses what the program does not describe. */
  #refuse(): void {
    const { layers, options } = this.#place
    const { keepsLayers } = this.#program
    const className = this.#className
    if (options.loss.kind !== 'logits')
      throw new UndescribedBlock(`the loss of ${className} has no other kind than logits`)
    if (layers.kernels.set !== 'torch')
      throw new UndescribedBlock(`no model for ${layers.kernels.set} kernels in ${className}: use those of torch`)
    if (keepsLayers && options.recompute !== 'none')
      throw new UndescribedBlock(`${className} does not support gradient checkpointing: pass \`recompute: 'none'\``)
  }

  dropOutputs(): void {
    this.#place.layers.ops.tape.free(...this.#outputs.splice(0))
  }

  /** Refuses a config that the program does not describe. */
  #refuseConfig(): void {
    const { undescribed } = this.#program
    if (undescribed !== undefined) throw new UndescribedBlock(undescribed)
  }

  /** The steps of sequences as long as those of the run. */
  #steps(): Program['steps'] {
    const { longest, steps } = this.#program
    return longest && this.#place.options.sequence > longest.tokens ? longest.beyond : steps
  }

  prefill(): void {
    this.#refuseConfig()
    const { tape } = this.#place.layers.ops
    const scope = new Scope(tape, '')
    const result = runSteps(this.#place, scope, this.#steps())
    scope.end()
    this.#forget()
    if (result) tape.free(result)
  }
}

/** The variable that holds what the steps give while the loss is computed. */
const RESULT = 'result'
