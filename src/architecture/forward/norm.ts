/**
 * How a norm computes. There are two kinds: layer normalisation (Ba et al. 2016, arXiv:1607.06450) and root mean square
 * normalisation (Zhang & Sennrich 2019, arXiv:1910.07467). Families differ in where they cast and what the gain is.
 *
 * - `layerNorm`: one kernel
 * - `layerNormOnFloat32Copy`: one kernel on a float32 copy, cast back (OLMo)
 * - `layerNormPlusOne`: one kernel with `1 + weight` as its gain (Nemotron)
 * - `layerNormWrittenOut`: operation by operation in float32 (Cohere)
 * - `rmsNorm`: in float32, cast to the dtype of the input, then multiplied by the gain (Llama)
 * - `rmsNormWithoutGain`: in float32, cast to the dtype of the input (nanochat)
 * - `rmsNormFloat32Product`: multiplied by the gain, then cast (OLMo 2)
 * - `rmsNormFloat32Gain`: the same with the gain cast to float32 first (Helium)
 * - `rmsNormFloat32Power`: in float32, divided by a power, multiplied by the gain in float32, then cast (Gemma 4)
 * - `rmsNormFloat32Quotient`: the same, divided by the root (Gemma 3n)
 * - `rmsNormPowerWithoutGain`, `rmsNormQuotientWithoutGain`: these two without a gain, or with a number in its place (Gemma 3n)
 * - `rmsNormInFunction`: as `rmsNorm`, with a function of its own for the float32 part (Qwen)
 * - `rmsNormOfInput`: the input itself, multiplied by the float32 root, then cast to the dtype of the gain (T5)
 * - `rmsNormOfInputWide`: the same, but cast to the dtype of the input behind the gain (GLM-4-9B)
 * - `rmsNormPlusOne`: the same with `1 + weight` as the gain (Gemma)
 */
export type Norm =
  | 'layerNorm'
  | 'layerNormOnFloat32Copy'
  | 'layerNormPlusOne'
  | 'layerNormWrittenOut'
  | 'rmsNorm'
  | 'rmsNormWithoutGain'
  | 'rmsNormFloat32Product'
  | 'rmsNormFloat32Gain'
  | 'rmsNormFloat32Power'
  | 'rmsNormFloat32Quotient'
  | 'rmsNormPowerWithoutGain'
  | 'rmsNormQuotientWithoutGain'
  | 'rmsNormInFunction'
  | 'rmsNormOfInput'
  | 'rmsNormOfInputWide'
  | 'rmsNormPlusOne'
