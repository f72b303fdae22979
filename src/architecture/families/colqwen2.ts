import { retrievalFamily } from '../shapes/retrieval-family.js'

/** ColQwen2 (Faysse et al. 2024, arXiv:2407.01449): finds pages with Qwen2-VL. */
export const colqwen2 = retrievalFamily({ modelType: 'colqwen2', name: 'ColQwen2', inside: 'qwen2_vl' })
