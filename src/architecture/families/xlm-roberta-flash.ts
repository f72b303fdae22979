import { fusedAttention } from '../blocks/attention.js'
import { bertEmbeddings, bertPooler, classificationHead, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { decoderDimensions, JINA_EMBEDDINGS_3_DEFAULTS } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { withTaskAdapters } from '../blocks/task-adapters.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'

const family = headedFamily({
  modelType: 'xlm-roberta-flash',
  ownCode: /\b(modeling_xlm_roberta|modeling_lora)\./,
  name: 'XLMRoberta',
  undescribed:
    "only its authors have the code; measure a step with torch.cuda.max_memory_allocated, or estimate the class of transformers 5, `model_type: 'jina_embeddings_v3'`",
  prefix: 'roberta',
  defaults: JINA_EMBEDDINGS_3_DEFAULTS,
  build(sizes, config) {
    const { hiddenSize, vocabSize, ffnSize, heads, layers, contextTokens } = sizes
    const embeddings = bertEmbeddings(hiddenSize, {
      words: vocabSize,
      positions: config.string('position_embedding_type', 'absolute') === 'absolute' ? contextTokens : undefined,
      segments: config.integer('type_vocab_size', 1),
    })
    const { LayerNorm: emb_ln, ...words } = embeddings.children ?? {}
    const norm = layerNorm(hiddenSize)
    const names = ['Wqkv', 'out_proj'] as const
    const block = container('Block', {
      mixer: fusedAttention({ ...sizes, kvHeads: heads, qkvBias: true, outputBias: true, names, type: 'MHA' }),
      norm1: norm,
      mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
      norm2: norm,
    })
    const parts = {
      embeddings: container('XLMRobertaEmbeddings', words),
      emb_ln,
      encoder: container('XLMRobertaEncoder', { layers: repeated(layers, block) }),
    }
    const bare = container('XLMRobertaModel', parts)
    const pooled = container('XLMRobertaModel', { ...parts, pooler: bertPooler(hiddenSize) })
    const tasks = config.strings('lora_adaptations')
    const adapted = tasks && withTaskAdapters(pooled, { tasks: tasks.length, rank: config.positive('lora_rank', 4) })
    const input = sizes.tiedEmbeddings ? 'roberta.embeddings.word_embeddings' : undefined
    const transform = denseAndNorm(hiddenSize, hiddenSize, 'layer_norm')
    return {
      model: pooled,
      modelOf: (suffix) => (suffix === 'LoRA' ? (adapted ?? pooled) : bare),
      heads: {
        ForMaskedLM: { lm_head: maskedLmHead('lm_head', transform, { features: hiddenSize, vocabSize }, input) },
        ForSequenceClassification: { classifier: classificationHead(hiddenSize, labelCount(config)) },
        LoRA: {},
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
})

/**
 * Jina Embeddings 3 and Jina's rerankers (Sturua et al. 2024, arXiv:2409.10173) in the class of their authors: XLM-RoBERTa with
 * fused projections and rotary positions. With `lora_adaptations`, the class has an adapter for each task in all of its layers,
 * whatever `architectures` names.
 */
export const xlmRobertaFlash: Family = {
  ...family,
  describe: (config, className, find) =>
    family.describe(config, config.has('lora_adaptations') ? 'XLMRobertaLoRA' : className, find),
}
