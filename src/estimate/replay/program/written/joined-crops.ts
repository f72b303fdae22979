import type { JoinedCrops } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { activation } from '../../feed-forward/activations.js'
import type { WrittenRun } from './written-run.js'

/** `Phi4MultimodalImageEmbedding.forward` behind the encoder (transformers 4.57.6), one image after another. */
export function joinedCrops(run: WrittenRun, block: JoinedCrops): Shaped {
  const { arrays: a, names: f, named, given, shape } = run
  const { crops, side } = block
  const [images = 1] = shape(['images'])
  const means = f.let('means', given('means', [images, crops, side ** 2, -1]))
  const joined = Array.from({ length: images }, (_, index) => f.let(`joined ${index}`, ofImage(run, block, means)))
  const projected = joined.map((one, index) => {
    f.let('made', a.linear(named('img_projection_up'), one))
    f.let(
      'made',
      a.plain(f.get('made'), f.get('made').layout.shape, (tensor) => activation(a.layers, 'gelu', tensor)),
    )
    f.let('made', a.linear(named('img_projection_down'), f.get('made')))
    return f.let(`projected ${index}`, f.get('made'))
  })
  return f.returned(a.reshape(a.cat(projected, 1), [images * block.tokens, -1]))
}

/** One image: its crops with a vector behind each row, a vector between, and the whole of it in the same way. */
function ofImage({ arrays: a, names: f, named }: WrittenRun, block: JoinedCrops, means: Shaped): Shaped {
  const { crops, columns, rows, side, width, height } = block
  const features = means.layout.shape.at(-1) ?? 1
  const behindRow = a.parameter(named('sub_img_feature_extensor'))
  const rowEnds = (count: number): Shaped => a.rearranged(behindRow, [1, count, 1, features], 'repeat')
  const whole = a.slice(a.select(means, 0), 0, 1)
  f.let('whole', a.reshape(whole, [1, side, side, features]))
  f.let('ends', rowEnds(side))
  f.let('whole', a.reshape(a.cat([f.get('whole'), f.get('ends')], 2), [1, -1, features]))
  f.let('crops', a.slice(a.select(means, 0), 0, crops - 1))
  const apart = a.transpose(a.reshape(f.get('crops'), [rows, columns, side, side, features]), 1, 2)
  f.let('crops', a.reshape(apart, [1, rows * side, columns * side, features]))
  // The mask of the canvas is a copy where crops are side by side.
  const copied = columns > 1 ? rows * side * columns * side : 0
  f.let('mask', a.make([copied], 'float32', 'clone'))
  f.let('crops', a.slice(a.slice(f.get('crops'), 1, height), 2, width))
  f.let('ends', rowEnds(height))
  f.let('crops', a.reshape(a.cat([f.get('crops'), f.get('ends')], 2), [1, -1, features]))
  return a.cat([f.get('crops'), a.parameter(named('global_img_feature_extensor')), f.get('whole')], 1)
}
