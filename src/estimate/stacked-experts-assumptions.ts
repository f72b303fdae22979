import { type Architecture, parameters } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { isStacked } from './replay/packed/stacked-experts.js'

/** What packing experts in one parameter means for a model, in sentences. */
export function stackedExpertsSentences(
  architecture: Architecture,
  { quantizesExperts }: Pick<CheckedMemoryOptions, 'quantizesExperts'>,
): string[] {
  if (!quantizesExperts) return []
  const all = [...parameters(architecture)]
  if (all.some(({ name, shape }) => isStacked(name, shape)))
    return ['experts in one parameter are packed too, and all experts of a layer are unpacked while it runs']
  return [
    all.some(({ name }) => /\.experts\.0\./.test(name))
      ? '`quantizeExperts` changes nothing: experts are linear layers here, as in transformers 4.57, each of them packed. Where transformers 5 has them in one parameter, all experts of a layer are unpacked at once, which needs more than this'
      : '`quantizeExperts` changes nothing: axolotl packs parameters of several experts whose names say so, and this model has none',
  ]
}
