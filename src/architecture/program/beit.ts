import type { ConfigReader } from '../config-reader.js'
import { attended, call, dropping, give, layerNormed, make, part, plus, project, set, written } from './build.js'
import { classified, firstVector, imageClasses, type MaskedImages } from './image-classes.js'
import type { Program } from './program.js'
import type { Operation, Steps, Value } from './steps.js'
import { patchEmbeddings, withClass } from './vision.js'
import { droppedPath, masked, type VitSizes, vitIntermediate } from './vit.js'

/** The share of patches that the published training hides (75 of 196, `num_mask_patches` of BEiT's own code). */
const HIDDEN = 0.4

/** A class of BEiT (`modeling_beit.py` of transformers 4.57.6), for images of the size of the config. */
export function beitProgram(
  config: ConfigReader,
  className: string,
  sizes: VitSizes,
  prefix: string,
): Program | undefined {
  const means = config.boolean('use_mean_pooling', true)
  const { hiddenSize, patches } = sizes
  const normed: Steps = means ? [] : [set('hidden', layerNormed('layernorm', 'hidden'))]
  const pooled = (at: string): Value =>
    call(
      means
        ? [
            set('patches', part('hidden', ['batch', patches, hiddenSize])),
            set('pooled', layerNormed('layernorm', { op: 'mean', of: 'patches', count: ['batch', hiddenSize] })),
            give('pooled'),
          ]
        : [give(firstVector(sizes))],
      { hidden: 'hidden' },
      at,
    )
  const model = (isMasked: boolean): Steps => [...modelSteps(config, sizes, isMasked), ...normed]
  return imageClasses(config, className, {
    name: 'Beit',
    prefix,
    sizes,
    steps: model(false),
    pooling: [set('pooled', pooled('pooler'))],
    heads: { ForImageClassification: [set('pooled', pooled(`${prefix}.pooler`)), give(classified(config, 'pooled'))] },
    ...(config.boolean('use_mask_token', false) && { masked: guessedTokens(config, sizes, model(true)) }),
  })
}

/** The class that guesses the visual tokens of hidden patches. */
function guessedTokens(config: ConfigReader, { patches }: VitSizes, model: Steps): MaskedImages {
  const hidden = Math.floor(HIDDEN * patches)
  const vocabulary = config.positive('vocab_size', 8192)
  return {
    model,
    head: [
      set('places', make([0], 'bool')),
      set('normed', layerNormed('layernorm', 'hidden')),
      give(call([give(written({ kind: 'guessedTokens', patches }))], { hidden: 'normed' })),
    ],
    buffers: [{ count: ['batch', patches], type: 'bool' }],
    labels: ['batch', hidden],
    loss: { op: 'entropy', of: { op: 'pick', of: 'result', mask: 'places', count: ['batch', hidden, vocabulary] } },
    says: [`${hidden} of ${patches} patches of each image are hidden, as in BEiT's own training`],
  }
}

/** From `pixels` to `hidden`. */
function modelSteps(config: ConfigReader, sizes: VitSizes, isMasked: boolean): Steps {
  const isShared = config.boolean('use_shared_relative_position_bias', false)
  const bias: Operation = written({ kind: 'relativeBias', heads: sizes.heads, side: Math.sqrt(sizes.patches) })
  const rate = config.number('drop_path_rate', 0.1)
  const layers = config.integer('num_hidden_layers', 12)
  const encoder: Steps = [
    {
      each: 'layer',
      carries: 'hidden',
      kinds: [layerSteps(config, sizes, 0), ...(rate > 0 ? [layerSteps(config, sizes, rate)] : [])],
      // The rates grow from 0.
      ...(rate > 0 && { kindOf: Array.from({ length: layers }, (_, index) => Math.min(index, 1)) }),
      ...(isShared && { makes: set('shared', call([give(bias)], {}, 'relative_position_bias')) }),
    },
    give('hidden'),
  ]
  return [
    set('embedded', call(embeddingSteps(config, sizes, isMasked), { pixels: 'pixels' }, 'embeddings')),
    set('encoded', call(encoder, { hidden: 'embedded' }, 'encoder')),
    set('hidden', 'encoded'),
  ]
}

function embeddingSteps(config: ConfigReader, sizes: VitSizes, isMasked: boolean): Steps {
  return [
    set('sum', patchEmbeddings(sizes)),
    ...(isMasked ? masked(sizes) : []),
    set('sum', withClass('cls_token', 'sum', sizes)),
    ...(config.boolean('use_absolute_position_embeddings', false)
      ? [set('sum', plus('sum', { op: 'parameter', name: 'position_embeddings' }))]
      : []),
    ...dropping(sizes.dropout, 'sum'),
    give('sum'),
  ]
}

/** `BeitLayer`: ViT's layer, with learned factors and a bias for each distance. */
function layerSteps(config: ConfigReader, sizes: VitSizes, rate: number): Steps {
  const { hiddenSize, heads, tokens, activation, dropout, ofWeights } = sizes
  const isOwn = config.boolean('use_relative_position_bias', false)
  const isShared = config.boolean('use_shared_relative_position_bias', false)
  const isScaled = config.number('layer_scale_init_value', 0.1) > 0
  const self: Steps =
    isOwn || isShared
      ? [give(written({ kind: 'windowAttention', heads, tokens, isOwn, isShared, dropout: ofWeights }))]
      : [
          set('query', project('query', 'hidden')),
          set('key', project('key', 'hidden')),
          set('value', project('value', 'hidden')),
          give(
            attended(['query', 'key', 'value'], {
              heads,
              headDim: hiddenSize / heads,
              queries: [tokens],
              dropout: ofWeights,
              eager: { softmax: 'scores', weights: 'none', keepsMasked: true },
            }),
          ),
        ]
  const given = isShared ? { shared: 'shared' } : {}
  const dense: Steps = [set('x', project('dense', 'x')), ...dropping(dropout, 'x'), give('x')]
  const attention: Steps = [
    set('context', call(self, { hidden: 'hidden', ...given }, 'attention')),
    set('out', call(dense, { x: 'context' }, 'output')),
    give('out'),
  ]
  const scale = (name: string, of: string): Steps =>
    isScaled ? [set(of, { op: 'multiply', of: [{ op: 'parameter', name }, of] })] : []
  return [
    // The tuple of what attention returns holds its output.
    set('returned', call(attention, { hidden: layerNormed('layernorm_before', 'hidden'), ...given }, 'attention')),
    set('out', 'returned'),
    ...scale('lambda_1', 'out'),
    set('hidden', plus(droppedPath(rate, 'out'), 'hidden')),
    set('fed', layerNormed('layernorm_after', 'hidden')),
    set('fed', vitIntermediate(activation, 'fed')),
    set('fed', call(dense, { x: 'fed' }, 'output')),
    ...scale('lambda_2', 'fed'),
    set('fed', plus(droppedPath(rate, 'fed'), 'hidden')),
    give('fed'),
  ]
}
