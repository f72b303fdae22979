import { idefics3Family } from '../shapes/idefics3-family.js'

/** SmolVLM (Marafioti et al. 2025, arXiv:2504.05299): Idefics 3 in small. */
export const smolvlm = idefics3Family({ modelType: 'smolvlm', name: 'SmolVLM', text: { family: 'llama' } })
