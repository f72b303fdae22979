import { isObject } from '../config-object.js'
import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'

/**
 * Why queries cannot be scaled by their place: the config states rotary embeddings without the number that the scale is made with
 * (`get_llama_4_attn_scale` of transformers 5.24 multiplies `None`). The class default has it.
 */
export function placeScales(config: ConfigReader): Pick<ForwardPass, 'undescribed'> {
  const rope = [config.raw('rope_parameters'), config.raw('rope_scaling')].find(isObject)
  if (!rope || Object.hasOwn(rope, 'llama_4_scaling_beta')) return {}
  return {
    undescribed:
      'transformers stops in the forward pass, since `rope_parameters` has no `llama_4_scaling_beta`; give it, or leave `rope_parameters` out',
  }
}
