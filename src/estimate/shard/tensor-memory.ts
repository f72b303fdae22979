import type { TensorPlan } from '../../architecture/tensor-plan.js'
import { type CheckedMemoryOptions, withRanks } from '../checked-memory-options.js'
import { checkLayout } from '../layout-options.js'
import type { MemoryEstimate } from '../memory-estimate.js'
import { methodOf } from '../methods.js'
import { referenceOnTensorRanks } from '../preference-assumptions.js'
import { type ReplayOptions, runMemory } from '../run-memory.js'
import type { DividedModel } from './divided-model.js'
import { strategyBesideTensor } from './refused-strategy.js'

/**
 * One tensor-parallel rank, replayed: with its part of the modules, and what ranks exchange.
 *
 * @throws TypeError for options that transformers cannot have together with tensor parallelism, or that are not estimated with it
 */
export function tensorMemory(
  divided: DividedModel,
  options: CheckedMemoryOptions,
  {
    tensor,
    data,
    sequenceParallel = false,
  }: { readonly tensor: number; readonly data: number; readonly sequenceParallel?: boolean },
  { enoughBytes, replayer }: ReplayOptions = {},
): MemoryEstimate {
  const isTraining = methodOf(options.method).trains !== 'nothing'
  const { batchSize: batch, sequenceLength: sequence } = options
  const tokens = sequenceParallel ? { batch, sequence } : undefined
  const { gradientAccumulation, sharding } = options
  const reducesLast = gradientAccumulation > 1 && sharding.syncEachBatch === false
  const isSharded = data > 1
  const rank = divided.tensor(tensor, { isTraining, isSharded, reducesLast, ...(tokens && { tokens }) })
  const refused = isTraining && refusedBesideTensor(options, rank.plan)
  if (refused) throw new TypeError(refused)
  const trained = sequenceParallel ? { ...options, adapterDtype: options.precision } : options
  const own = isTraining ? withRanks(trained, data) : { ...options, layout: checkLayout({}) }
  const { division } = rank
  const key = `tensor ${tensor} ${sequenceParallel}`
  const estimate = runMemory(divided.resolved(rank), own, { division, enoughBytes }, replayer?.(key))
  const said = sequenceParallel ? [sequenceAssumption(tensor, options)] : tensorAssumptions(tensor, rank.plan, options)
  return { ...estimate, assumptions: [...estimate.assumptions, ...said, ...referenceOnTensorRanks(options)] }
}

/** What an estimate of a tensor-parallel rank assumes. */
export function tensorAssumptions(
  tensor: number,
  { version, dividesVocabulary }: TensorPlan,
  { method }: Pick<CheckedMemoryOptions, 'method'>,
): string[] {
  const isAdapted = methodOf(method).trains === 'adapters'
  return [
    `${tensor} tensor-parallel ranks with the plan of transformers ${version}: attention and feed-forward networks in equal parts; the residual stream, norms${dividesVocabulary ? '' : ', the input embedding'} and the gathered logits are on every rank, without sequence parallelism`,
    ...(isAdapted
      ? [
          'adapters are divided with their layers, as PEFT 0.21.2 does it with transformers 5.17.0; with 5.24.0 it stops at adapters of layers whose inputs are divided (`o_proj`, `down_proj`)',
        ]
      : []),
  ]
}

/** What an estimate of a rank with shares of sequences assumes. */
function sequenceAssumption(tensor: number, { loss }: CheckedMemoryOptions): string {
  const ofLoss =
    loss.logits === 'float32-gathered'
      ? 'the loss gathers the logits in float32, as its MaskedCrossEntropy'
      : "the loss is computed on shares of the vocabulary, as torch's `loss_parallel` does it; its own, MaskedCrossEntropy, gathers the logits: for that pass `lossLogits: 'float32-gathered'`"
  return `${tensor} tensor-parallel ranks with the plan for Llama of NeMo Automodel 0.7.0 and its \`sequence_parallel\`, which other models need as \`tp_shard_plan: llama_nemotron_super_tp_plan\`: attention and feed-forward networks in equal parts, and shares of each sequence between blocks; ${ofLoss}`
}

/** What does not work with tensor parallelism in transformers, or was not looked at, with a way out; absent if all does. */
export function refusedBesideTensor(options: CheckedMemoryOptions, { version }: TensorPlan): string | undefined {
  const { method, kernels, storage, loss, lora, sharding } = options
  const besideStrategy = strategyBesideTensor(sharding)
  const isAdapted = methodOf(method).trains === 'adapters'
  const refused: readonly (readonly [boolean, string])[] = [
    [storage !== undefined, `weights in ${storage}: take weights in 16 bits`],
    [kernels !== 'torch', `the kernels of ${kernels}: pass \`kernels: 'torch'\``],
    [
      loss.kind === 'fused-linear',
      `the loss fused-linear, which reads the stored weight of the head: Liger 0.8.5 stops there ("aten.mm.out got mixed torch.Tensor and DTensor"); pass \`loss: 'logits'\``,
    ],
    [
      isAdapted && version < '5',
      `adapters on this family, which is estimated as in transformers ${version}: PEFT needs 5.17 for it; use \`sharding\``,
    ],
    [
      isAdapted && OTHER_LORA.some((name) => lora?.[name] !== undefined && lora[name] !== false),
      `${OTHER_LORA.find((name) => lora?.[name])} of adapters: leave it out`,
    ],
    [besideStrategy !== undefined, besideStrategy ?? ''],
  ]
  const [, found] = refused.find(([isRefused]) => isRefused) ?? []
  return found && `\`layout.tensor\` cannot be estimated with ${found}`
}

const OTHER_LORA = ['useDora', 'modulesToSave', 'targetParameters'] as const
