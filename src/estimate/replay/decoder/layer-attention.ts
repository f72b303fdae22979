import type { Mixer } from '../../../architecture/index.js'
import { compressedAttention } from '../attention/compressed-attention.js'
import { latentAttention } from '../attention/latent-attention.js'
import { routedAttention } from '../attention/routed-attention.js'
import { selfAttention } from '../attention/self-attention.js'
import { writtenAttention } from '../attention/written/written-attention.js'
import type { DecoderRun } from '../decoder-run.js'
import { mlp } from '../feed-forward/mlp.js'
import { mix } from '../mixers/mix.js'
import { child, type Named, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/** A mixer and attention side by side, scaled before and after. The code keeps both outputs until the layer ends. */
export function attendBeside(run: DecoderRun, layer: Named, input: Tensor, index: number, kept: Tensor[]): Tensor {
  const { ops } = run.layers
  const mixer = mixerOf(run, layer)
  const attention = submodule(layer, 'attention')
  if (!mixer || !attention) throw new UndescribedBlock(`${layer.name} has no two blocks side by side`)
  const scaled = (tensor: Tensor): Tensor => {
    const output = ops.scale(tensor)
    ops.tape.free(tensor)
    return output
  }
  const mixed = scaled(mix(run, mixer.pass, mixer.block, input))
  const given = ops.scale(input)
  const made = selfAttention(run, attention, given, index)
  ops.tape.free(given)
  const attended = scaled(made)
  kept.push(mixed, attended)
  return ops.add(mixed, attended)
}

/** The block that a layer has in the place of attention; absent if it has attention. */
export function mixerOf(
  { forward }: Pick<DecoderRun, 'forward'>,
  layer: Named,
): { pass: Mixer; block: Named } | undefined {
  for (const [name, pass] of Object.entries(forward.mixers)) {
    const block = child(layer, name)
    if (block && (pass.having === undefined || child(block, pass.having))) return { pass, block }
  }
  return undefined
}

/** Multi-head latent attention, by what its cache keeps. */
const LATENT = { heads: latentAttention, vector: compressedAttention } as const

export function attend(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const mixer = mixerOf(run, layer)
  if (mixer) return mix(run, mixer.pass, mixer.block, input)
  // Each layer of Nemotron-H is one block of any kind.
  const only = child(layer, 'mixer')
  if (only && !child(only, 'q_proj')) return mlp(run, only, input)
  const attention = only ?? submodule(layer, 'attention')
  if (!attention) throw new UndescribedBlock(`no model for the attention of ${layer.name}, a ${layer.module.type}`)
  return attendWith(run, attention, input, index)
}

/** Attention of any kind. */
export function attendWith(run: DecoderRun, attention: Named, input: Tensor, index: number): Tensor {
  if (child(attention, 'kv_a_proj_with_mqa')) return LATENT[run.forward.attention.latent](run, attention, input)
  if (child(attention, 'experts')) return routedAttention(run, attention, input, index)
  const { written } = run.forward.attention
  return written ? writtenAttention(run, written, attention, input) : selfAttention(run, attention, input, index)
}
