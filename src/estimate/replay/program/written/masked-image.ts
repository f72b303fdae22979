import type { HiddenPixels, ImageOfPatches } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** The end of `ViTForMaskedImageModeling.forward` (transformers 4.57.6): its decoder is a convolution and `PixelShuffle`. */
export function imageOfPatches(run: WrittenRun, { patches, others, channels, stride }: ImageOfPatches): Shaped {
  const { arrays: a, batch, named, given } = run
  const side = Math.sqrt(patches)
  const hidden = given('hidden', [batch, patches + others, -1])
  const features = hidden.layout.shape[2] ?? 1
  const rows = a.permute(a.slice(hidden, 1, patches), [0, 2, 1])
  const wide = [batch, channels * stride ** 2, side, side]
  const image = a.convolution(named('decoder.0'), a.reshape(rows, [batch, features, side, side]), wide)
  return a.rearranged(image, [batch, channels, side * stride, side * stride], 'pixel_shuffle')
}

/** Its loss: `l1_loss` without a reduction, times the mask. */
export function hiddenPixels(run: WrittenRun, { channels, side, patch }: HiddenPixels): Shaped {
  const { arrays: a, names: f, batch, given } = run
  // Each row of the mask, then each of its columns, once for each pixel of a patch.
  f.let('rows', a.make([batch, side, side / patch], 'bool', 'repeat_interleave'))
  const mask = f.let('mask', a.make([batch, 1, side, side], 'bool', 'repeat_interleave'))
  f.delete('rows')
  const shape = [batch, channels, side, side]
  const image = given('result', shape)
  const wide = (of: Shaped) => (a.layers.autocast ? a.to(of, 'float32') : of)
  // Autocast holds its copies until the function returns.
  const made = f.let('made', wide(image))
  const wanted = f.let('wanted', wide(given('pixels', shape)))
  const difference = f.let('difference', a.abs(a.sub(wanted, made)))
  f.delete('made')
  f.delete('wanted')
  return f.returned(a.sum(a.mul(difference, mask), [0, 1, 2, 3]))
}
