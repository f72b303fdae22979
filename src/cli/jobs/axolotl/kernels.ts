/** How an axolotl config runs a step: its kernels, its precision, and what it keeps for the backward pass. */

import type { MemoryOptions } from '../../../estimate/index.js'
import type { JobKeys } from '../job-keys.js'
import { attentionIn } from '../shared-keys.js'

export function attentionOf(keys: JobKeys): MemoryOptions {
  for (const key of ['flash_attention', 'sdp_attention', 'flex_attention', 'sage_attention']) keys.flag(key)
  if (keys.flag('eager_attention')) return { attention: 'eager' }
  if (keys.flag('xformers_attention')) return { attention: 'efficient' }
  return attentionIn(keys, 'attn_implementation')
}

export function kernelsIn(keys: JobKeys): MemoryOptions {
  const plugins = keys.texts('plugins') ?? []
  for (const plugin of plugins) if (!KNOWN_PLUGINS.test(plugin)) keys.warn('plugins', `${plugin} is not counted`)
  const parts = ['liger_rms_norm', 'liger_rope', 'liger_glu_activation', 'liger_layer_norm'].map(
    (key) => keys.flag(key) === true,
  )
  const isLiger = parts.slice(0, 3).some(Boolean)
  if (isLiger && !parts.slice(0, 3).every(Boolean))
    keys.warn('plugins', "all of Liger's kernels are counted, although some are switched off")
  const isCut = keys.flag('cut_cross_entropy') ?? plugins.some((one) => /cut_cross_entropy/.test(one))
  const [isLinear, isFused] = [keys.flag('liger_fused_linear_cross_entropy'), keys.flag('liger_cross_entropy')]
  const [isChunked, isFlash] = [keys.flag('chunked_cross_entropy'), keys.flag('flash_attn_cross_entropy')]
  return {
    ...(isLiger && { kernels: 'liger' }),
    ...(isCut || isLinear
      ? { loss: 'fused-linear' }
      : isChunked
        ? { loss: 'chunked' }
        : isFused || isFlash
          ? { loss: 'fused' }
          : {}),
  }
}

const KNOWN_PLUGINS = /liger|cut_cross_entropy|spectrum|lm_eval|swanlab/i

/** Without bf16 and fp16, everything is in float32. */
export function wideIn(keys: JobKeys): MemoryOptions {
  const [bf16, fp16] = [keys.flagOrText('bf16'), keys.flag('fp16')]
  const [bfloat16, float16] = [keys.flag('bfloat16'), keys.flag('float16')]
  const isHalf = bf16 !== false || [fp16, bfloat16, float16].includes(true)
  const isPacked =
    keys.flag('load_in_4bit') || keys.flag('load_in_8bit') || keys.flag('gptq') || keys.text('adapter') === 'qlora'
  if (isHalf) return {}
  return isPacked ? { prepareForKbitTraining: true, autocast: false } : { dtype: 'float32', autocast: false }
}

/** Whether activations are on the CPU: `gradient_checkpointing: offload`, or `activation_offloading`. */
export function isOffloadedIn(keys: JobKeys): boolean {
  const said = keys.flagOrText('gradient_checkpointing')
  const offload = keys.flagOrText('activation_offloading')
  return (offload !== undefined && offload !== false) || (typeof said === 'string' && said.startsWith('offload'))
}

export function checkpointingIn(keys: JobKeys, isOffloaded: boolean): MemoryOptions {
  const said = keys.flagOrText('gradient_checkpointing')
  const reentrant = keys.section('gradient_checkpointing_kwargs')?.flag('use_reentrant')
  return {
    ...(said !== undefined && { recompute: said === false && !isOffloaded ? 'none' : 'layers' }),
    ...(said === undefined && isOffloaded && { recompute: 'layers' }),
    ...(reentrant !== undefined && { reentrant }),
  }
}
