import { doubtComputed } from '../blocks/computed-size.js'
import { convolution } from '../blocks/convolution.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { type Table, tree } from '../blocks/tree.js'
import { visionDimensions } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family } from '../family.js'
import { type Children, listOf, type Module, repeated } from '../module.js'
import { withHead } from './model-class.js'
import { type TowerFamilyOptions, towerFamily } from './tower-family.js'

/** wav2vec 2.0 (Baevski et al. 2020, arXiv:2006.11477) and the encoders of speech like it. */
export interface Wav2Vec2FamilyOptions extends Omit<TowerFamilyOptions, 'build'> {
  /** The name of the encoder inside the classes. */
  readonly prefix: string
  /** Other modules of the attention of a layer. Default: none. */
  readonly attention?: (config: ConfigReader, headDim: number, isFirst: boolean) => Table
  /** Whether there is a norm before the projection of the features. Default: always. */
  readonly normsFeatures?: (config: ConfigReader) => boolean
  /** The convolution of positions. Default: its weight is a direction and a length. */
  readonly positions?: (config: ConfigReader, weight: readonly [number, number, number]) => Table | undefined
  /** The heads of further classes. Default: none. */
  readonly heads?: (config: ConfigReader, hiddenSize: number) => Readonly<Record<string, Children>>
}

/** A family of encoders of the sound itself: convolutions, then a transformer. */
export function wav2vec2Family(options: Wav2Vec2FamilyOptions): Family {
  const { prefix, attention, normsFeatures = () => true, positions = () => undefined, heads, ...family } = options
  const { name } = family
  return towerFamily({
    dropout: { hidden_dropout: 0.1, activation_dropout: 0.1, attention_dropout: 0.1, final_dropout: 0.1 },
    ...family,
    build(config) {
      const sizes = {
        hiddenSize: config.positive('hidden_size', 768),
        ffnSize: config.integer('intermediate_size', 3072),
        layers: config.integer('num_hidden_layers', 12),
        heads: config.positive('num_attention_heads', 12),
      }
      const { hiddenSize, ffnSize, layers } = sizes
      const headDim = Math.floor(hiddenSize / sizes.heads)
      const square = linear(hiddenSize, hiddenSize, { bias: true })
      const adapted = config.boolean('do_stable_layer_norm', false)
        ? config.optionalInteger('adapter_attn_dim')
        : undefined
      const layer = (isFirst: boolean) =>
        tree(`${name}EncoderLayer`, {
          'attention.{k,v,q,out}_proj': square,
          ...attention?.(config, headDim, isFirst),
          layer_norm: layerNorm(hiddenSize),
          'feed_forward.intermediate_dense': linear(hiddenSize, ffnSize, { bias: true }),
          'feed_forward.output_dense': linear(ffnSize, hiddenSize, { bias: true }),
          final_layer_norm: layerNorm(hiddenSize),
          ...(adapted !== undefined && {
            'adapter_layer.norm': layerNorm(hiddenSize),
            'adapter_layer.linear_1': linear(hiddenSize, adapted, { bias: true }),
            'adapter_layer.linear_2': linear(adapted, hiddenSize, { bias: true }),
          }),
        })
      const features = convolutionSizes(config)
      const width = features.at(-1)?.outChannels ?? 512
      const kernel = config.positive('num_conv_pos_embeddings', 128)
      const groups = config.positive('num_conv_pos_embedding_groups', 16)
      const weight = [hiddenSize, Math.floor(hiddenSize / groups), kernel] as const
      const isMasked = config.number('mask_time_prob', 0.05) > 0 || config.number('mask_feature_prob', 0) > 0
      const model = tree(`${name}Model`, {
        masked_spec_embed: isMasked ? [hiddenSize] : undefined,
        'feature_extractor.conv_layers': featureExtractor(config, features),
        'feature_projection.layer_norm': normsFeatures(config) ? layerNorm(width) : undefined,
        'feature_projection.projection': linear(width, hiddenSize, { bias: true }),
        'encoder.pos_conv_embed.conv.bias': [hiddenSize],
        ...(positions(config, weight) ?? {
          'encoder.pos_conv_embed.conv.parametrizations.weight.original0': [1, 1, kernel],
          'encoder.pos_conv_embed.conv.parametrizations.weight.original1': weight,
        }),
        'encoder.layer_norm': layerNorm(hiddenSize),
        'encoder.layers': listOf(layers, (index) => index === 0, layer),
        adapter: adapter(config, hiddenSize),
      })
      const isAdapted = config.boolean('add_adapter', false)
      const outSize = isAdapted ? config.derived('output_hidden_size', hiddenSize) : hiddenSize
      const all = { ...speechHeads(config, { hiddenSize, outSize }), ...heads?.(config, hiddenSize) }
      // The classes that label sounds may weigh the outputs of all layers.
      const isWeighted = config.boolean('use_weighted_layer_sum', false)
      const weights = isWeighted && { parameters: { layer_weights: [layers + 1] } }
      return {
        classes: {
          Model: () => model,
          ...Object.fromEntries(
            Object.entries(all).map(([suffix, head]) => [
              suffix,
              () => ({ ...withHead(name + suffix, prefix, model, head), ...(WEIGHTED.has(suffix) && weights) }),
            ]),
          ),
        },
        dimensions: visionDimensions({ ...sizes, channels: 1, patch: 1 }),
      }
    },
  })
}

const WEIGHTED: ReadonlySet<string> = new Set([
  ...['ForSequenceClassification', 'ForAudioFrameClassification', 'ForXVector'],
])

/** The heads for speech: characters, labels of recordings and of moments, and vectors of speakers. */
export function speechHeads(
  config: ConfigReader,
  sizes: { readonly hiddenSize: number; readonly outSize: number; readonly projected?: number },
): Readonly<Record<string, Children>> {
  const { hiddenSize, outSize, projected = 256 } = sizes
  const words = linear(outSize, config.integer('vocab_size', 32), { bias: true })
  const labels = labelCount(config)
  const projectedSize = config.integer('classifier_proj_size', projected)
  const widths = config.integers('tdnn_dim') ?? [512, 512, 512, 512, 1500]
  const kernels = config.integers('tdnn_kernel') ?? [5, 3, 3, 1, 1]
  const tdnn = Object.fromEntries(
    widths.map((width, index) => [
      `${index}.kernel`,
      linear((widths[Math.max(0, index - 1)] ?? 0) * (kernels[index] ?? 1), width, { bias: true }),
    ]),
  )
  const speaker = config.integer('xvector_output_dim', 512)
  return {
    ForCTC: { lm_head: words },
    ForMaskedLM: { lm_head: linear(hiddenSize, config.integer('vocab_size', 32), { bias: true }) },
    ForSequenceClassification: {
      projector: linear(hiddenSize, projectedSize, { bias: true }),
      classifier: linear(projectedSize, labels, { bias: true }),
    },
    ForAudioFrameClassification: { classifier: linear(hiddenSize, labels, { bias: true }) },
    ForXVector: {
      projector: linear(hiddenSize, widths[0] ?? 512, { bias: true }),
      tdnn: tree('TDNN', tdnn),
      feature_extractor: linear(2 * (widths.at(-1) ?? 1500), speaker, { bias: true }),
      classifier: linear(speaker, speaker, { bias: true }),
      objective: { type: 'AMSoftmaxLoss', parameters: { weight: [speaker, labels] } },
    },
  }
}

interface ConvolutionSizes {
  readonly inChannels: number
  readonly outChannels: number
  readonly kernel: number
}

function convolutionSizes(config: ConfigReader): ConvolutionSizes[] {
  const widths = config.integers('conv_dim') ?? Array.from({ length: 7 }, () => 512)
  const kernels = config.integers('conv_kernel') ?? [10, 3, 3, 3, 3, 2, 2]
  if (kernels.length !== widths.length) throw config.invalid('conv_kernel', `${widths.length} sizes, as conv_dim has`)
  doubtComputed(config, 'num_feat_extract_layers', widths.length)
  return widths.map((outChannels, index) => ({
    inChannels: index === 0 ? 1 : (widths[index - 1] ?? 1),
    outChannels,
    kernel: kernels[index] ?? 1,
  }))
}

/** The convolutions over the sound. The first has a norm, or all of them. */
function featureExtractor(config: ConfigReader, sizes: readonly ConvolutionSizes[]): Module {
  const bias = config.boolean('conv_bias', false)
  const normsAll = config.string('feat_extract_norm', 'group') === 'layer'
  return tree(
    'ModuleList',
    Object.fromEntries(
      sizes.flatMap(({ inChannels, outChannels, kernel }, index): [string, Module | undefined][] => [
        [`${index}.conv`, convolution(inChannels, outChannels, [kernel], { bias })],
        [`${index}.layer_norm`, normsAll || index === 0 ? layerNorm(outChannels) : undefined],
      ]),
    ),
  )
}

/** Convolutions after the encoder, which make its output shorter. */
function adapter(config: ConfigReader, hiddenSize: number): Module | undefined {
  if (!config.boolean('add_adapter', false)) return undefined
  const width = config.derived('output_hidden_size', hiddenSize)
  const conv = convolution(width, 2 * width, [config.positive('adapter_kernel_size', 3)])
  const isWider = width !== hiddenSize
  return tree('Adapter', {
    proj: isWider ? linear(hiddenSize, width, { bias: true }) : undefined,
    proj_layer_norm: isWider ? layerNorm(width) : undefined,
    layers: repeated(config.integer('num_adapter_layers', 3), tree('AdapterLayer', { conv })),
  })
}
