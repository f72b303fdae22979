import type { ResizedPositions } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** Images after the first few need no more memory than they do: the sum of their gradients is one tensor. */
const REPLAYED = 4

/** `Siglip2VisionEmbeddings.resize_positional_embeddings` of `modeling_siglip2.py` (transformers 4.57.6). */
export function resizedPositions(
  { arrays: a, names: f, batch, named }: WrittenRun,
  { patches }: ResizedPositions,
): Shaped {
  const table = a.parameter(named('position_embedding.weight'))
  const [positions = 1, size = 1] = table.layout.shape
  const side = Math.round(Math.sqrt(positions))
  const height = Math.floor(Math.sqrt(patches))
  const width = Math.floor(patches / height)
  const rows = height * width
  const square = a.permute(a.reshape(table, [side, side, size]), [2, 0, 1])
  f.let('made', a.make([batch, patches, size], table.dtype, 'empty'))
  f.let('image', a.unsqueeze(square, 0))
  for (let index = 0; index < Math.min(batch, REPLAYED); index += 1) {
    f.let('resized', a.rearranged(f.get('image'), [1, size, height, width], '_upsample_bilinear2d_aa'))
    f.let('resized', a.transpose(a.reshape(f.get('resized'), [size, rows]), 0, 1))
    f.let('made', a.assign(f.get('made'), f.get('resized')))
    f.let('made', a.assign(f.get('made'), a.expand(a.select(f.get('resized'), 0), [patches - rows, size])))
  }
  return f.returned(f.get('made'))
}
