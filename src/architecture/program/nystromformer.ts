import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import {
  type BertOptions,
  bertBlockSteps,
  classifierSteps,
  denseAndNorm,
  firstToken,
  hasAbsolutePositions,
} from './bert.js'
import type { BertProgram } from './bert-program.js'
import { activated, call, give, project, set, written } from './build.js'
import type { Steps } from './steps.js'

/** How Nyströmformer differs from BERT (`modeling_nystromformer.py`). */
export function landmarkRuns(
  { hiddenSize }: Dimensions,
  config: ConfigReader,
): Omit<BertProgram, 'name' | 'prefix' | 'predictor' | 'classifier' | 'pools'> | undefined {
  if (!hasAbsolutePositions(config)) return undefined
  const count = config.positive('num_landmarks', 64)
  const tokens = config.positive('segment_means_seq_len', 64)
  if (tokens % count !== 0) return undefined
  const isConvolved = !config.isNull('conv_kernel_size')
  const attention = ({ heads }: Dimensions, { dropout }: BertOptions): Steps => [
    set(
      'context',
      call(
        [
          give(
            written({
              kind: 'landmarkAttention',
              heads,
              isConvolved,
              ...(count !== tokens && { segments: { count, tokens } }),
            }),
          ),
        ],
        { hidden: 'hidden', mask: 'mask' },
        'self',
      ),
    ),
    give(call(denseAndNorm(dropout.hidden), { hidden: 'context', residual: 'hidden' }, 'output')),
  ]
  return {
    classifierRate: 'hidden_dropout_prob',
    contextTokens: 510,
    defaultActivation: 'gelu_new',
    isEager: true,
    layer: (dimensions, options) => bertBlockSteps(attention(dimensions, options), options),
    heads: ({ activation, dropout }) => ({
      ForSequenceClassification: [
        give(call(classifierSteps(hiddenSize, activation, dropout), { hidden: 'hidden' }, 'classifier')),
      ],
      ForMultipleChoice: [
        set('pooled', firstToken(hiddenSize)),
        set('pooled', project('pre_classifier', 'pooled')),
        set('pooled', activated('relu', 'pooled')),
        give(project('classifier', 'pooled')),
      ],
    }),
  }
}
