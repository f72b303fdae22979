/**
 * The name that a model class of transformers 4.52 and later gives to a parameter of a multimodal checkpoint. Most published files
 * have the older names: the language model with its head under `language_model`, or beside the encoder; the encoder at the top.
 * transformers renames them when it loads (`_checkpoint_conversion_mapping`).
 *
 * @param isKnown - whether the class has a parameter with that name
 * @returns the name of the class; the name itself if none of its newer forms is known
 * @example
 * ```ts
 * multimodalName('language_model.model.norm.weight', isKnown) // 'model.language_model.norm.weight'
 * ```
 */
export function multimodalName(name: string, isKnown: (name: string) => boolean): string {
  if (isKnown(name)) return name
  for (const [older, newer] of RENAMED) {
    if (!older.test(name)) continue
    const renamed = name.replace(older, newer)
    if (isKnown(renamed)) return renamed
  }
  return name
}

/** Beginnings of older names, and what they became. The first whose result the class has applies. */
const RENAMED: readonly (readonly [older: RegExp, newer: string])[] = [
  [/^language_model\.model\./, 'model.language_model.'],
  [/^language_model\.model\./, 'language_model.'],
  [/^language_model\.lm_head\./, 'lm_head.'],
  [/^model\./, 'model.language_model.'],
  [/^model\./, 'language_model.'],
  // transformers 5 leaves out a module around some encoders.
  [/\bvision_tower\.(?!vision_model\.)/, 'vision_tower.vision_model.'],
  [/^vision_tower\.(?!vision_model\.)/, 'model.vision_tower.vision_model.'],
  [/^/, 'model.'],
]
