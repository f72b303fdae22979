import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { WrittenAttention } from './attention.js'
import type { ForwardPass } from './forward-pass.js'

/** The table of sines and cosines of an attention. */
interface Table {
  readonly rotatedFeatures: number
  readonly positions: number
}

/** The forward pass of GPT-J and CodeGen, whose attentions differ. Each has a table of its own, in float32. */
export function gptjForward(
  config: ConfigReader,
  { layers, hiddenSize }: Dimensions,
  attention: (table: Table) => WrittenAttention,
): ForwardPass {
  const rotatedFeatures = config.integer('rotary_dim', 64, 0)
  const positions = config.integer(['max_position_embeddings', 'n_positions'], 2048)
  return {
    norm: 'layerNorm',
    masks: { size: 'forAllSequences' },
    attention: { eagerOnly: true, returnsWeights: true, written: attention({ rotatedFeatures, positions }) },
    feedForward: { activation: config.string('activation_function', 'gelu_new') },
    residual: { order: 'parallel', keepsNormalised: true },
    dropout: {
      embeddings: config.number('embd_pdrop', 0),
      attention: config.number('attn_pdrop', 0),
      attended: config.number('resid_pdrop', 0),
      fed: config.number('resid_pdrop', 0),
      fixed: [],
    },
    logits: { form: 'float32', prefill: 'allTokens' },
    float32BufferElements: layers * positions * (rotatedFeatures || hiddenSize),
  }
}
