import { linear } from '../blocks/linear.js'
import { container, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** DeepSeek-VL, the smaller model (Lu et al. 2024, arXiv:2403.05525), in the class of transformers: Llama with SigLIP's encoder. */
export const deepseekVl = multimodalFamily({
  modelType: 'deepseek_vl',
  name: 'DeepseekVL',
  text: { family: 'llama' },
  beside(_, { text, bareModel }) {
    const { root, dimensions } = bareModel('vision_config', 'siglip_vision_model')
    const { hiddenSize } = text
    const aligner = container('DeepseekVLAligner', {
      linear1: linear(dimensions.hiddenSize, hiddenSize, { bias: true }),
      linear2: linear(hiddenSize, hiddenSize, { bias: true }),
    })
    return { vision_model: tower('vision', root), aligner: tower('projector', aligner) }
  },
})
