import type { Mixer } from '../../../architecture/index.js'
import type { KernelPackage } from '../../kernel-packages.js'
import { Arrays } from '../arrays/arrays.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { gatedDeltaNet } from './gated-delta-net.js'
import { gatedRecurrence } from './gated-recurrence.js'
import { kimiDelta } from './kimi-delta.js'
import { lightning } from './lightning.js'
import { mamba } from './mamba.js'
import { mambaHeads } from './mamba-heads.js'
import { mamba2 } from './mamba2.js'
import { mamba2Products } from './mamba2-products.js'
import type { MixerRun } from './mixer-run.js'
import { shortConv } from './short-conv.js'
import { solvedDeltaNet } from './solved-delta-net.js'
import { timeMix } from './time-mix.js'

type Kinds = {
  readonly [Kind in Mixer['kind']]: (run: MixerRun, pass: Extract<Mixer, { kind: Kind }>, input: Shaped) => Shaped
}

/** Every kind of block in the place of attention. */
const KINDS: Kinds = {
  tokenScan: mamba,
  headScan: mambaHeads,
  chunkScan: mamba2,
  chunkProducts: mamba2Products,
  shortConv,
  gatedDelta: gatedDeltaNet,
  solvedDelta: solvedDeltaNet,
  kimiDelta,
  lightning,
  gatedRecurrence,
  timeMix,
}

/** Activation functions of one kernel that saves its input, as all blocks here are written. */
const ACTIVATIONS: ReadonlySet<string> = new Set(['silu', 'swish', 'gelu', 'gelu_pytorch_tanh', 'mish'])

const NO_PACKAGES: ReadonlySet<KernelPackage> = new Set()

/** Runs a block in the place of attention. The caller keeps the input. */
export function mix(run: DecoderRun, pass: Mixer, block: Named, input: Tensor): Tensor {
  const { layers, options, sizes } = run
  const activation = ('activation' in pass && pass.activation) || run.forward.feedForward.activation
  if (!ACTIVATIONS.has(activation))
    throw new UndescribedBlock(
      `no model for ${block.module.type} with the activation ${activation}; with silu there is one`,
    )
  const arrays = new Arrays(layers)
  const shaped = arrays.borrowed(input, [options.batch, options.sequence, sizes.hiddenSize])
  const compute: (run: MixerRun, pass: never, input: Shaped) => Shaped = KINDS[pass.kind]
  const packages = options.kernelPackages ?? NO_PACKAGES
  return compute({ arrays, run, block, name: block.name, cache: run.states, packages }, pass as never, shaped)
}
