import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { mergedBy, size, tiledImage } from '../largest-image.js'
import { type Module, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** InternVL 1.5 to 3.5 (Chen et al. 2024, arXiv:2404.16821) in the class of its authors: InternViT and a language model. */
export const internvlChat = multimodalFamily({
  modelType: 'internvl_chat',
  name: 'InternVLChat',
  largestImage: tiledImage({
    image: 448,
    patch: 14,
    tiles: (config) => size(config, 'max_dynamic_patch', 12),
    merged: mergedBy('downsample_ratio'),
  }),
  suffix: 'Model',
  holds: 'whole',
  // The class chooses flash-attn for both models where it is installed, whatever their configs say.
  text: { family: 'internlm2', field: 'llm_config', defaults: { attn_implementation: 'flash_attention_2' } },
  changes: (forward) => ({
    ...forward,
    withoutTraining:
      'its code reads images in every step, which have no model: estimate `llm_config` alone, or the class of transformers (`internvl`)',
    says: [...(forward.says ?? []), 'flash-attn is installed, which the class chooses then'],
  }),
  beside(config, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'intern_vit_6b')
    const joined = dimensions.hiddenSize * Math.trunc(1 / config.number('downsample_ratio', 0.5)) ** 2
    const { hiddenSize } = text
    const items = [
      { indices: [0], module: layerNorm(joined) },
      { indices: [1], module: linear(joined, hiddenSize, { bias: true }) },
      { indices: [3], module: linear(hiddenSize, hiddenSize, { bias: true }) },
    ]
    const mlp1: Module = { type: 'Sequential', items }
    return { vision_model: tower('vision', root), mlp1: tower('projector', mlp1) }
  },
})
