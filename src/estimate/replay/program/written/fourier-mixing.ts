import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { WrittenRun } from './written-run.js'

/** `FNetBasicFourierTransform.forward` of `modeling_fnet.py` (transformers 4.57.6). The workspace of cuFFT is not counted. */
export function fourierMixing({ arrays: a, names: f, batch, tokens, given }: WrittenRun): Shaped {
  const hidden = given('hidden', [batch, tokens, -1])
  // `promote_type_fft` in torch's SpectralOps.cpp; autocast does not cast its operand.
  if (hidden.dtype !== 'float32')
    throw new UndescribedBlock(
      "torch's Fourier transform has no bfloat16, and float16 in powers of two alone: pass `precision: 'float32'` without autocast",
    )
  return f.returned(a.select(a.fourier(a.complex(hidden)), 3))
}
