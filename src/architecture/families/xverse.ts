import { attention } from '../blocks/attention.js'
import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** XVERSE (Shenzhen Yuanxiang 2023, https://github.com/xverse-ai), in the classes of its authors, which are Llama's. */
export const xverse = decoderFamily({
  modelType: 'xverse',
  name: 'Xverse',
  undescribed:
    "only its authors have the code; measure a step with torch.cuda.max_memory_allocated, or estimate the same sizes with `model_type: 'llama'` for a first idea",
  defaults: { ...LLAMA_DEFAULTS, vocab_size: 100_278, max_position_embeddings: 8192 },
  attention,
  mlp: gatedMlp,
})
