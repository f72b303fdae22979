/** The names of output embeddings, which `all-linear` skips. */
export const OUTPUT_EMBEDDINGS: ReadonlySet<string> = new Set([
  'lm_head',
  'language_model.lm_head',
  'vlm.lm_head',
  'output',
  'language_model.output',
  'proj_out',
  'embed_out',
  'head',
  'output_projection',
  'generator_lm_head',
  'vocab_projector',
  'decoder',
  'lm_head.decoder',
  'cls.predictions.decoder',
  'predictions.decoder',
])
