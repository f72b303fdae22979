import { familyOf } from '../../architecture/families/index.js'
import type { Architecture } from '../../architecture/index.js'
import type { ModelSpec } from '../../schemas/index.js'

/**
 * Refuses a model whose layers share blocks (Zamba2), whatever the targets. Transformers 4 names the tied weights of
 * such blocks by patterns, and PEFT 0.21, which looks for those tied to the embeddings, takes them for names and fails
 * (`_get_module_names_tied_with_embedding`). With embeddings of their own, or a block used once, there is nothing to look for.
 *
 * @throws RangeError
 */
export function refuseSharedBlocks(model: Architecture | ModelSpec): void {
  if (!familyOf(model.family)?.tiesByPattern) return
  const [tied, uses] =
    'root' in model
      ? [model.dimensions.tiedEmbeddings, model.dimensions.mamba?.attentionLayers ?? 0]
      : [model.tied_embeddings, model.mamba_config?.num_attention_layers ?? 0]
  if (tied && uses > 1) {
    throw new RangeError(
      `PEFT puts no LoRA on a ${model.family} with tied embeddings: it fails on the names of the blocks that layers share`,
    )
  }
}
