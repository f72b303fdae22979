import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { renamedSizes } from '../blocks/renamed-sizes.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family, FamilyFacts, ModelDescription } from '../family.js'
import { container, listOf, type Module, sharing, tied } from '../module.js'
import { encoderDecoder, readingHead, TARGETS, WRITTEN } from '../program/encoder-decoder.js'
import { dropped, dropping, make, set, TOKENS, words } from '../program/index.js'
import { t5Decoder, t5Encoder, t5Norm } from '../program/t5.js'
import { chooseClass, withHead } from './model-class.js'

/** Options of a T5-like family: its names and the class defaults. */
export interface T5FamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class names: `T5` for `T5Model`. */
  readonly name: string
  readonly defaults: {
    readonly vocab_size: number
    readonly d_ff: number
    readonly num_layers: number
    readonly num_heads: number
    readonly feed_forward_proj: string
    readonly tie_word_embeddings: boolean
  }
  /** Whether each layer has its own biases of positions. Default: those of the first layer count for all. */
  readonly biasesEachLayer?: boolean
}

/**
 * T5 (Raffel et al. 2019, arXiv:1910.10683): an encoder and a decoder without biases. The first layer of each has the
 * relative position embedding: one bias per distance and head.
 */
export function t5Family({ modelType, name, defaults, biasesEachLayer = false, ...facts }: T5FamilyOptions): Family {
  return {
    ...facts,
    modelTypes: [modelType],
    classPrefix: name,
    describe: (config, className) => t5Model(config, className, { name, defaults, biasesEachLayer }),
    program(config, dimensions, className) {
      const labels = readingHead(config, dimensions.hiddenSize, className)
      if (!labels && !className.endsWith('ForConditionalGeneration')) return undefined
      const dropout = config.number('dropout_rate', 0)
      const sizes = {
        dimensions,
        activation: t5Activation(config.string('feed_forward_proj', defaults.feed_forward_proj)),
        isGated: dimensions.gatedMlp,
        layers: dimensions.layers,
        dropout,
        biasesEachLayer,
      }
      const decoderLayers = config.derived('num_decoder_layers', config.integer('num_layers', defaults.num_layers))
      const ending = [set('hidden', t5Norm('final_layer_norm', 'hidden')), ...dropping(dropout, 'hidden')]
      return encoderDecoder({
        at: className.endsWith('ForSequenceClassification') ? 'transformer' : '',
        labels,
        encoder: {
          embeddings: [
            set('embedded', words('embed_tokens')),
            set('order', make(['sequence'], 'int64')),
            set('ones', make(TOKENS, 'float32')),
            set('mask', make(TOKENS, 'model')),
            set('hidden', dropped(dropout, 'embedded')),
          ],
          layers: t5Encoder(sizes),
          ending,
        },
        decoder: {
          embeddings: [
            set('embedded', { ...WRITTEN, isInput: true }),
            set('order', make(['target'], 'int64')),
            set('ones', make(TARGETS, 'float32')),
            set('mask', make(['batch', 'target', 'target'], 'model')),
            set('sourceOnes', make(TOKENS, biasesEachLayer ? 'float32' : 'int64')),
            set('sourceMask', make(TOKENS, 'model')),
            set('hidden', dropped(dropout, 'embedded')),
          ],
          layers: t5Decoder({ ...sizes, layers: decoderLayers }),
          ending,
        },
        head: 'lm_head',
        scales: dimensions.tiedEmbeddings,
      })
    },
  }
}

/** T5's name of the activation function (`T5Config`). */
function t5Activation(projection: string): string {
  if (projection === 'gated-gelu') return 'gelu_new'
  return projection.split('-').at(-1) ?? projection
}

function t5Model(
  config: ConfigReader,
  className: string | undefined,
  { name, defaults, biasesEachLayer }: Pick<T5FamilyOptions, 'name' | 'defaults' | 'biasesEachLayer'>,
): ModelDescription {
  const names = {
    hidden_size: 'd_model',
    num_hidden_layers: 'num_layers',
    num_attention_heads: 'num_heads',
    max_position_embeddings: 'n_positions',
  }
  const stated = renamedSizes(config, names, {
    vocab_size: defaults.vocab_size,
    hidden_size: 512,
    num_hidden_layers: defaults.num_layers,
    num_attention_heads: defaults.num_heads,
    tie_word_embeddings: defaults.tie_word_embeddings,
  })
  const ffnSize = config.integer('d_ff', defaults.d_ff)
  const headDim = config.integer(['head_dim', 'd_kv'], 64)
  const { vocabSize, hiddenSize, heads, layers } = stated
  const gatedByName = config.string('feed_forward_proj', defaults.feed_forward_proj).startsWith('gated-')
  // A saved config states the value that its configuration class derived, and that value counts.
  const gated = config.boolean('is_gated_act', gatedByName)
  const parts = {
    hiddenSize,
    heads,
    headDim,
    ffnSize,
    gated,
    buckets: config.integer('relative_attention_num_buckets', 32),
  }
  const shared = embedding(vocabSize, hiddenSize)
  const stack = (count: number, decodes: boolean, sharedName: string) =>
    container(`${name}Stack`, {
      embed_tokens: sharing(shared, sharedName),
      block: listOf(
        count,
        (index) => index === 0 || biasesEachLayer === true,
        (first) => t5Block(name, parts, decodes, first),
      ),
      final_layer_norm: rmsNorm(hiddenSize),
    })
  // Defaults to the number of encoder layers. The alias does not apply here.
  const decoderLayers = config.derived('num_decoder_layers', config.integer('num_layers', defaults.num_layers))
  const encoderModel = (prefix: string) => ({ shared, encoder: stack(layers, false, `${prefix}shared`) })
  const bothStacks = (prefix: string) => ({
    ...encoderModel(prefix),
    decoder: stack(decoderLayers, true, `${prefix}shared`),
  })
  const output = { ...linear(hiddenSize, vocabSize), part: 'head' as const }
  const labels = labelCount(config)
  const classifier = linear(hiddenSize, labels, { bias: true })
  const { root, ...chosen } = chooseClass(name, className, {
    ForConditionalGeneration: () =>
      container(`${name}ForConditionalGeneration`, {
        ...bothStacks(''),
        lm_head: stated.tiedEmbeddings ? tied(output, { weight: 'shared.weight' }) : output,
      }),
    Model: () => container(`${name}Model`, bothStacks('')),
    EncoderModel: () => container(`${name}EncoderModel`, encoderModel('')),
    ForSequenceClassification: () =>
      withHead(
        `${name}ForSequenceClassification`,
        'transformer',
        container(`${name}Model`, bothStacks('transformer.')),
        {
          classification_head: container(`${name}ClassificationHead`, {
            dense: linear(hiddenSize, hiddenSize, { bias: true }),
            out_proj: classifier,
          }),
        },
      ),
    ForTokenClassification: () =>
      withHead(
        `${name}ForTokenClassification`,
        'transformer',
        container(`${name}EncoderModel`, encoderModel('transformer.')),
        { classifier },
      ),
    ForQuestionAnswering: () =>
      container(`${name}ForQuestionAnswering`, { ...bothStacks(''), qa_outputs: { ...classifier, part: 'head' } }),
  })
  const dimensions = decoderDimensions({ ...stated, ffnSize, headDim }, { gatedMlp: gated })
  return { ...chosen, root, dimensions }
}

interface BlockParts {
  readonly hiddenSize: number
  readonly heads: number
  readonly headDim: number
  readonly ffnSize: number
  readonly gated: boolean
  readonly buckets: number
}

/** A block: self-attention, in a decoder also cross-attention, and an MLP, each with a norm before it. */
function t5Block(name: string, parts: BlockParts, decodes: boolean, first: boolean): Module {
  const { hiddenSize, heads, ffnSize, gated } = parts
  const layer_norm = rmsNorm(hiddenSize)
  const positions = first ? { relative_attention_bias: embedding(parts.buckets, heads) } : {}
  const self = container(`${name}LayerSelfAttention`, { SelfAttention: t5Attention(parts, positions), layer_norm })
  const cross = container(`${name}LayerCrossAttention`, { EncDecAttention: t5Attention(parts, {}), layer_norm })
  const up = linear(hiddenSize, ffnSize)
  const mlp = container(
    'DenseReluDense',
    { ...(gated ? { wi_0: up, wi_1: up } : { wi: up }), wo: linear(ffnSize, hiddenSize) },
    { part: 'mlp' },
  )
  const feedForward = container(`${name}LayerFF`, { DenseReluDense: mlp, layer_norm })
  const layers = decodes ? [self, cross, feedForward] : [self, feedForward]
  const items = layers.map((module, index) => ({ indices: [index], module }))
  return container(`${name}Block`, { layer: { type: 'ModuleList', items } })
}

/** Attention whose heads need not add up to the hidden size. Only the first layer has the position embedding. */
function t5Attention({ hiddenSize, heads, headDim }: BlockParts, also: Readonly<Record<string, Module>>): Module {
  const features = heads * headDim
  const into = linear(hiddenSize, features)
  return container(
    'T5Attention',
    { q: into, k: into, v: into, o: linear(features, hiddenSize), ...also },
    { part: 'attention' },
  )
}
