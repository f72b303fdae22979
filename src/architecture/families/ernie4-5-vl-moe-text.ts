import { expertsBlock, fusedExperts, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { container, type Module } from '../module.js'
import { ERNIE_IMAGE_EXPERTS } from '../senses/ernie4-5-vl.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { ernie45MoeBody } from '../shapes/ernie45-body.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** The language model of ERNIE 4.5 VL: tokens of texts and of images have experts and a router of their own. */
export const ernie45VlMoeText = decoderFamily({
  modelType: 'ernie4_5_vl_moe_text',
  name: 'Ernie4_5_VLMoeText',
  ...ernie45MoeBody,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer(['moe_num_experts', 'num_experts'], 64),
      expertsPerToken: config.integer(['moe_k', 'num_experts_per_tok'], 6),
    }
    const [textSize = 0, visionSize = 0] = config.integers('moe_intermediate_size') ?? [1536, 512]
    const shared = config.integer('moe_num_shared_experts', 2)
    const bias = config.boolean('use_bias', false)
    const statics = {
      type: 'Ernie4_5_VLMoeMoeStatics',
      parameters: { e_score_correction_bias: [1, routing.experts] },
    }
    const mixtureOf = (ffnSize: number): Module =>
      container('Ernie4_5_VLMoeSparseMoeBlock', {
        gate: container(
          'Ernie4_5_VLMoeMoeTopKRouter',
          { moe_statics: statics },
          { parameters: { weight: [routing.experts, hiddenSize] } },
        ),
        experts: fusedExperts({ ...routing, hiddenSize, ffnSize }),
      })
    return {
      routing,
      ffnSize: textSize,
      shared,
      block: expertsBlock('Ernie4_5_VLMoeMoeBlock', {
        text_moe: mixtureOf(textSize),
        vision_moe: mixtureOf(visionSize),
        shared_experts: shared > 0 ? gatedMlp({ hiddenSize, ffnSize: textSize * shared, bias }) : undefined,
      }),
      isSparse: sparseFrom(config, 1),
    }
  },
  forward: (config) => ({
    rotation: { features: 'all', float32: 'terms', axes: 'inTable', frequencies: 'modelTwice' },
    norm: 'rmsNorm',
    // The class has 0, whatever the config says.
    dropout: { attention: 0 },
    // Tokens of texts do not reach the experts for images.
    untrainedParameters: ERNIE_IMAGE_EXPERTS,
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        sharedFirst: true,
        router: {
          logits: 'float32',
          withoutAutocast: true,
          scores: 'softmax',
          biased: true,
          divided: 'apart',
          sum: 'bounded',
          narrowed: true,
        },
        dispatch: 'grouped',
        float32Parameters: ['.gate.weight', '.e_score_correction_bias'],
        untrainedParameters: ['.e_score_correction_bias'],
      },
    },
  }),
  undivided: NOT_REPLAYED,
})
