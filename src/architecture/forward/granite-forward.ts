import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'
import { llamaForward } from './llama-forward.js'

/** The forward pass of Granite: Llama's, with factors at embeddings, outputs of blocks and logits. */
export function graniteForward(config: ConfigReader): ForwardPass {
  return {
    ...llamaForward(config),
    embedding: 'scaledInModel',
    residual: { order: 'sequential', scaled: true },
    logits: { form: 'scaled' },
  }
}
