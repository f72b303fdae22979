import { familyOf } from '../architecture/families/index.js'
import type { Architecture, Mixer } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { ranksOf } from './layout-options.js'
import { methodOf } from './methods.js'
import { confidenceOfStates } from './optimizers.js'
import type { MemoryPart } from './replay/memory-ledger.js'
import type { PackedStorage } from './replay/packed/packed-storage.js'

/**
 * How a part of an estimate is known. `replayed`: operation by operation, and held to torch's own accounting, without a GPU or on
 * one. `derived`: from the code of a library that was not recorded. `assumed`: by a rule.
 */
export type Confidence = 'replayed' | 'derived' | 'assumed'

/** How each part is known. */
export type PartConfidence = Readonly<Record<MemoryPart | 'overhead', Confidence>>

/** How each part of an estimate of a model with these options is known. */
export function confidenceOf(model: Forward, options: CheckedMemoryOptions): PartConfidence {
  const isLayout = ranksOf(options.layout) > 1
  const sharding: Confidence = isLayout ? 'assumed' : shardingOf(model, options)
  const storage: Confidence =
    options.storage === undefined || RECORDED_STORAGES.includes(options.storage) ? 'replayed' : 'derived'
  const held = finetuningOf(options)
  const pass = least(
    sharding,
    isRecorded(model, options) ? 'replayed' : 'derived',
    kernelsOf(model, options),
    storage,
    held,
  )
  return {
    parameters: least(sharding, storage, held),
    gradients: sharding,
    optimizerStates: least(sharding, confidenceOfStates(options.optimizer)),
    activations: pass,
    temporary: least(pass, options.optimizerStep === 'in-backward' ? 'derived' : 'replayed'),
    kvCache: isLayout ? 'assumed' : 'replayed',
    buffers: options.sharding.ranks > 1 ? least(sharding) : 'replayed',
    overhead: 'assumed',
  }
}

type Forward = Pick<Architecture, 'forward' | 'program' | 'family'>

/** Only decoders of text with attention in every layer were recorded on several ranks. */
function shardingOf(
  { forward, program }: Forward,
  { method, sharding: { strategy, ranks, offload }, images, audioSeconds }: CheckedMemoryOptions,
): Confidence {
  const isText = program === undefined && images === 0 && audioSeconds === 0
  // What is kept on the CPU was recorded in 16 bits.
  const isWide = methodOf(method).weights === 'float32'
  const isOnCpu = isWide && ranks > 1 && (offload?.some((what) => what !== 'activations') ?? false)
  const isRecordedKind = isText && Object.keys(forward?.mixers ?? {}).length === 0 && !isOnCpu
  return strategy === 'none' || isRecordedKind ? SHARDING[strategy] : least(SHARDING[strategy], 'derived')
}

/** Kernels of packages that ran on a GPU. Others were recorded without one, where they compute nothing. */
function kernelsOf({ forward }: Forward, { kernelPackages }: CheckedMemoryOptions): Confidence {
  const ran = Object.values(forward?.mixers ?? {}).every(
    (mixer) => RAN_ON_GPU.has(mixer.kind) && !(mixer.kind === 'chunkScan' && mixer.holdsState),
  )
  return kernelPackages.length === 0 || ran ? 'replayed' : 'derived'
}

const RAN_ON_GPU: ReadonlySet<Mixer['kind']> = new Set(['chunkScan', 'shortConv', 'gatedDelta'])

/** PPO runs models that the options do not describe; the losses of TRL and prefixes follow from their code. */
function finetuningOf({ finetuning }: CheckedMemoryOptions): Confidence {
  if (finetuning?.preference?.hasCritics || finetuning?.type === 'rrhf') return 'assumed'
  return finetuning?.preference || finetuning?.tokens === 'prefixes' ? 'derived' : 'replayed'
}

/** Weights of bitsandbytes, in steps on a GPU. */
const RECORDED_STORAGES: readonly PackedStorage[] = ['nf4', 'nf4-double', 'int8']

/**
 * Whether steps with these kernels were recorded: runs in float32 with the method full-mixed only, Unsloth on one GPU and with layers of its own, and
 * activations on the CPU for decoders of text.
 */
function isRecorded({ family, program }: Forward, { kernels, precision, sharding }: CheckedMemoryOptions): boolean {
  if (precision === 'float32' || kernels === 'unsloth' || sharding.offloadedBy === 'llama-factory') return false
  if (program && sharding.offload?.includes('activations')) return false
  return kernels !== 'unsloth-2026.10' || (sharding.ranks === 1 && familyOf(family)?.hasUnslothLayers === true)
}

/** Strategies that were recorded, and the one whose parameters are known to within a few per cent. */
const SHARDING: Readonly<Record<CheckedMemoryOptions['sharding']['strategy'], Confidence>> = {
  none: 'replayed',
  fsdp2: 'replayed',
  hsdp: 'replayed',
  fsdp1: 'replayed',
  ddp: 'replayed',
  'zero-1': 'replayed',
  'zero-2': 'replayed',
  'zero-3': 'derived',
}

const ORDER: readonly Confidence[] = ['assumed', 'derived', 'replayed']

function least(...all: readonly Confidence[]): Confidence {
  return ORDER.find((one) => all.includes(one)) ?? 'assumed'
}
