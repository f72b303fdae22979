import type { Written, WrittenBlock } from '../../../../architecture/index.js'
import { filled } from '../../arrays/layout.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { WrittenArrays } from '../../arrays/written-arrays.js'
import type { Tensor } from '../../tape.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { countOf, type Place } from '../place.js'
import { Scope } from '../scope.js'
import { biasedAttention } from './biased-attention.js'
import { blockSparseAttention } from './block-sparse-attention.js'
import { chunkedSound } from './chunked-sound.js'
import { ctcLoss } from './ctc-loss.js'
import { disentangledAttention } from './disentangled-attention.js'
import { exchanged } from './exchanged.js'
import { fourierMixing } from './fourier-mixing.js'
import { gatedAttention, speechBias } from './gated-attention.js'
import { guessedTokens } from './guessed-tokens.js'
import { joinedCrops } from './joined-crops.js'
import { jointDisentangledAttention } from './joint-disentangled-attention.js'
import { jointPrediction } from './joint-prediction.js'
import { landmarkAttention } from './landmark-attention.js'
import { maskedConvolution } from './masked-convolution.js'
import { hiddenPixels, imageOfPatches } from './masked-image.js'
import { pageAttention } from './page-attention.js'
import { pageBias } from './page-bias.js'
import { pairedAttention } from './paired-attention.js'
import { placedAttention } from './placed-attention.js'
import { positionalConvolution } from './positional-convolution.js'
import { probingAttention } from './probing-attention.js'
import { queriedAttention } from './queried-attention.js'
import { relativeBias } from './relative-bias.js'
import { resizedPositions } from './resized-positions.js'
import { shiftedAttention } from './shifted-attention.js'
import { slidingAttention } from './sliding-attention.js'
import { soundAdapter } from './sound-adapter.js'
import { soundConvolution, turnedLinear, turnedNorm } from './sound-convolution.js'
import { speakerLoss, stepsDeviation, timeDelay } from './speaker-vector.js'
import { specAugment } from './spec-augment.js'
import { stridedLinear } from './strided-linear.js'
import { trigrams } from './trigrams.js'
import { soundStem, streamNorm, turnedLayer } from './turned-layer.js'
import { unitVectors } from './unit-vectors.js'
import { weightedLayers } from './weighted-layers.js'
import { wideNorm } from './wide-norm.js'
import { windowAttention } from './window-attention.js'
import type { WrittenRun } from './written-run.js'

type Kinds = {
  readonly [Kind in WrittenBlock['kind']]: (run: WrittenRun, block: Extract<WrittenBlock, { kind: Kind }>) => Shaped
}

const KINDS: Kinds = {
  biasedAttention,
  blockSparseAttention,
  chunkedSound,
  ctcLoss,
  gatedAttention,
  positionalConvolution,
  soundAdapter,
  soundConvolution,
  soundStem,
  streamNorm,
  turnedLayer,
  specAugment,
  speechBias,
  speakerLoss,
  stepsDeviation,
  timeDelay,
  turnedLinear,
  turnedNorm,
  disentangledAttention,
  exchanged,
  fourierMixing,
  jointDisentangledAttention,
  jointPrediction,
  landmarkAttention,
  guessedTokens,
  hiddenPixels,
  imageOfPatches,
  maskedConvolution,
  pageAttention,
  pageBias,
  joinedCrops,
  pairedAttention,
  placedAttention,
  probingAttention,
  queriedAttention,
  shiftedAttention,
  slidingAttention,
  stridedLinear,
  trigrams,
  unitVectors,
  wideNorm,
  relativeBias,
  resizedPositions,
  weightedLayers,
  windowAttention,
}

/** Runs the rest of a module that is written over arrays. The caller owns the result. */
export function writtenBlock(place: Place, scope: Scope, { block }: Written): Tensor {
  return shapedOf(place, scope, block)
}

function shapedOf(place: Place, scope: Scope, block: WrittenBlock): Shaped {
  const { layers, options } = place
  const arrays = new WrittenArrays(layers)
  const run: WrittenRun = {
    arrays,
    names: new Names(layers.ops.tape),
    batch: options.batch,
    tokens: options.sequence,
    shape: (count) => count.map((size) => someOf(countOf(options, [size]))),
    isEager: options.kernel === 'eager',
    isEfficient: options.kernel === 'efficient',
    caches: options.cache,
    dropped: (rate, input) =>
      rate > 0 && options.drops === 'all'
        ? arrays.plain(input, input.layout.shape, (whole) => layers.ops.dropout(whole))
        : input,
    returned: (weights) => place.attentionWeights.push(layers.ops.tape.alias(weights)),
    held(weights) {
      layers.ops.tape.free(...place.ownWeights.splice(0))
      place.ownWeights.push(layers.ops.tape.alias(weights))
    },
    called: (module, inner) => {
      const own = new Scope(layers.ops.tape, scope.named(module))
      const made = shapedOf(place, own, inner)
      own.end()
      return made
    },
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

/** A size, which a sound that is too short does not leave. */
function someOf(size: number): number {
  if (size > 0) return size
  throw new UndescribedBlock('its convolutions leave nothing of so short a sound: pass more `audioSeconds`')
}
