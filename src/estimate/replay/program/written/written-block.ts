import type { Written, WrittenBlock } from '../../../../architecture/index.js'
import { filled } from '../../arrays/layout.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { WrittenArrays } from '../../arrays/written-arrays.js'
import type { Tensor } from '../../tape.js'
import type { Place } from '../place.js'
import type { Scope } from '../scope.js'
import { biasedAttention } from './biased-attention.js'
import { disentangledAttention } from './disentangled-attention.js'
import { exchanged } from './exchanged.js'
import { fourierMixing } from './fourier-mixing.js'
import { jointDisentangledAttention } from './joint-disentangled-attention.js'
import { jointPrediction } from './joint-prediction.js'
import { landmarkAttention } from './landmark-attention.js'
import { maskedConvolution } from './masked-convolution.js'
import { pageAttention } from './page-attention.js'
import { pageBias } from './page-bias.js'
import { placedAttention } from './placed-attention.js'
import { probingAttention } from './probing-attention.js'
import { shiftedAttention } from './shifted-attention.js'
import { trigrams } from './trigrams.js'
import { unitVectors } from './unit-vectors.js'
import { wideNorm } from './wide-norm.js'
import type { WrittenRun } from './written-run.js'

type Kinds = {
  readonly [Kind in WrittenBlock['kind']]: (run: WrittenRun, block: Extract<WrittenBlock, { kind: Kind }>) => Shaped
}

const KINDS: Kinds = {
  biasedAttention,
  disentangledAttention,
  exchanged,
  fourierMixing,
  jointDisentangledAttention,
  jointPrediction,
  landmarkAttention,
  maskedConvolution,
  pageAttention,
  pageBias,
  placedAttention,
  probingAttention,
  shiftedAttention,
  trigrams,
  unitVectors,
  wideNorm,
}

/** Runs the rest of a module that is written over arrays. The caller owns the result. */
export function writtenBlock(place: Place, scope: Scope, { block }: Written): Tensor {
  const { layers, options } = place
  const arrays = new WrittenArrays(layers)
  const run: WrittenRun = {
    arrays,
    names: new Names(layers.ops.tape),
    batch: options.batch,
    tokens: options.sequence,
    dropped: (rate, input) =>
      rate > 0 && options.drops === 'all'
        ? arrays.plain(input, input.layout.shape, (whole) => layers.ops.dropout(whole))
        : input,
    returned: (weights) => place.attentionWeights.push(layers.ops.tape.alias(weights)),
    named: (module) => scope.named(module),
    given(name, shape) {
      const tensor = scope.get(name)
      layers.ops.tape.free(tensor)
      return arrays.borrowed(tensor, filled(shape, tensor.elements))
    },
  }
  const compute: (run: WrittenRun, block: never) => Shaped = KINDS[block.kind]
  return compute(run, block as never)
}
