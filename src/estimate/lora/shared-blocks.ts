import { familyOf } from '../../architecture/families/index.js'
import type { Architecture } from '../../architecture/index.js'
import type { SpecWithLayers } from './candidates.js'

/**
 * Refuses a model whose layers share blocks (Zamba2), whatever the targets. Transformers 4 names the tied weights of such
 * blocks by patterns. PEFT 0.21 looks for weights tied to the embeddings, takes the patterns for names, and fails
 * (`_get_module_names_tied_with_embedding`). It does not fail with untied embeddings, or with a block that is used once.
 *
 * @throws RangeError
 */
export function refuseSharedBlocks(model: Architecture | SpecWithLayers): void {
  if (!familyOf(model.family)?.tiesByPattern) return
  const [tied, uses] =
    'root' in model
      ? [model.dimensions.tiedEmbeddings, model.dimensions.mamba?.attentionLayers ?? 0]
      : [model.tied_embeddings, model.mamba_config?.num_attention_layers ?? 0]
  if (tied && uses > 1) {
    throw new RangeError(
      `PEFT does not support LoRA on a ${model.family} with tied embeddings: it fails on the names of blocks that layers share`,
    )
  }
}
