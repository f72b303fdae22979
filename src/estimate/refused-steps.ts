import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import type { Optimizer } from './optimizers.js'
import { strategyOf } from './sharding-options.js'

type StepOptions = Pick<CheckedMemoryOptions, 'method' | 'optimizer' | 'optimizerStep'>

/**
 * Refuses optimizers whose step stops at the distributed tensors (`DTensor`) of FSDP2, HSDP and tensor parallelism.
 *
 * @throws TypeError that says where the code stops, and a way out
 */
export function refuseDistributedStep(options: CheckedMemoryOptions): void {
  const found = options.layout.tensor > 1 ? stoppedStep(options, 'tensor parallelism') : stoppedShards(options)
  if (found) throw new TypeError(found)
}

/** That the step stops at the shards of data-parallel ranks, with a way out; absent if it does not. */
export function stoppedShards(options: CheckedMemoryOptions): string | undefined {
  const { strategy, ranks } = options.sharding
  if (ranks === 1 || !strategyOf(strategy).copiesOut) return undefined
  const found = stoppedStep(options, strategy)
  return found && `${found}, or use fsdp1`
}

/** That the step stops at distributed tensors, with a way out; absent if it does not. */
export function stoppedStep({ method, optimizer, optimizerStep }: StepOptions, place: string): string | undefined {
  if (methodOf(method).trains === 'nothing') return undefined
  const whole = STOPS.get(optimizer)
  if (whole)
    return `${optimizer} cannot be estimated with ${place}, whose distributed tensors it has no step for (${whole}): pass \`optimizer: 'adamw'\``
  if (optimizer === 'sgd' && optimizerStep === 'fused')
    return `\`optimizerStep\` is "fused", but with ${place} torch 2.15 stops there ("Operator aten._fused_sgd_.default does not have a sharding strategy registered"): pass 'foreach'`
  return undefined
}

const ofBitsandbytes = (operation: string): string =>
  `bitsandbytes 0.50.2: "Operator bitsandbytes.${operation}.default does not have a sharding strategy registered"`

const EIGHT_BITS = ofBitsandbytes('optimizer_update_8bit_blockwise')
const WIDE = ofBitsandbytes('optimizer_update_32bit')

/** Where the step of an optimizer stops, and what torch 2.15 says. AdamW, torchao's, Muon, `lion-pytorch` 0.2.5 and plain SGD run. */
const STOPS: ReadonlyMap<Optimizer, string> = new Map([
  ['adafactor', 'transformers 4.57.6 and 5.24.0: "aten.add_.Tensor got mixed torch.Tensor and DTensor"'],
  ['adamw-8bit', EIGHT_BITS],
  ['adamw-8bit-paged', EIGHT_BITS],
  ['ademamix-8bit', EIGHT_BITS],
  ['ademamix-8bit-paged', EIGHT_BITS],
  ['lion-8bit', EIGHT_BITS],
  ['lion-8bit-paged', EIGHT_BITS],
  ['adamw-32bit', WIDE],
  ['adamw-32bit-paged', WIDE],
  ['ademamix-32bit', WIDE],
  ['ademamix-32bit-paged', WIDE],
  ['lion-32bit', WIDE],
  ['lion-32bit-paged', WIDE],
])
