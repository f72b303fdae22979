/**
 * Tensors of a GGUF file that are not parameters of the model: frequencies of rotary embeddings, what routers add to the scores of
 * experts, and the scales of a quantised tensor as a whole, beside its weight.
 *
 * Source: the converters of llama.cpp (`conversion/base.py`), which write the scales of NVFP4 and BitNet as `.scale` and `.input_scale`.
 */

/** Whether a tensor is a parameter of the model. */
export function isGgufParameter(
  name: string,
  tensors: ReadonlyMap<string, { readonly dtype: number }>,
  family: string,
): boolean {
  if (FREQUENCIES.test(name)) return false
  if (CORRECTION.test(name)) return TRAINED_CORRECTIONS.has(family)
  const scale = SCALE.exec(name)
  const weight = scale ? tensors.get(`${name.slice(0, scale.index)}.weight`) : undefined
  return weight === undefined || !SCALED_TYPES.has(weight.dtype)
}

/** Frequencies of rotary embeddings are computed, not trained. */
const FREQUENCIES = /^rope_freqs\.|\.rope_freqs\.|rope_factors_(?:long|short)/

const CORRECTION = /\.exp_probs_b(?:\.bias)?$/

/** The architectures of llama.cpp whose code in transformers has the correction as a parameter, not as a buffer. */
const TRAINED_CORRECTIONS: ReadonlySet<string> = new Set(['afmoe', 'ernie4_5-moe'])

const SCALE = /\.(?:input_)?scale$/

/** TQ1_0, TQ2_0 and NVFP4. Gemma 4 has parameters of this name beside weights of other types. */
const SCALED_TYPES: ReadonlySet<number> = new Set([34, 35, 40])
