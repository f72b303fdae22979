import type { ConfigReader } from '../config-reader.js'
import { give, written } from './build.js'
import type { MaskedImages } from './image-classes.js'
import type { Steps } from './steps.js'
import type { VitSizes } from './vit.js'

/** ViT's class that guesses the pixels of hidden patches. The mask is given in training alone. */
export function guessedPixels(config: ConfigReader, sizes: VitSizes, model: Steps): MaskedImages {
  const { channels, side, patches, tokens } = sizes
  const stride = config.positive('encoder_stride', 16)
  const patch = Math.floor(side / Math.sqrt(patches))
  return {
    model,
    head: [give(written({ kind: 'imageOfPatches', patches, others: tokens - patches, channels, stride }))],
    buffers: [],
    labels: ['batch', patches],
    labelType: 'bool',
    ...(stride !== patch && {
      withoutTraining: `\`encoder_stride\` is ${stride}, and transformers refuses a mask unless it is ${patch}, the side of a patch`,
    }),
    loss: written({ kind: 'hiddenPixels', channels, side, patch }),
  }
}
