import { expect, it } from 'vitest'
import { architectureFromConfig, totalParameters } from '../../src/architecture/index.js'

const SIGLIP = {
  ...{ model_type: 'siglip_vision_model', hidden_size: 1152, image_size: 980, intermediate_size: 4304 },
  ...{ num_attention_heads: 16, num_hidden_layers: 27, patch_size: 14 },
}

const INTERN_VIT_300M = {
  ...{ model_type: 'intern_vit_6b', hidden_size: 1024, image_size: 448, intermediate_size: 4096, patch_size: 14 },
  ...{ num_attention_heads: 16, num_hidden_layers: 24, qkv_bias: true, qk_normalization: false },
  norm_type: 'layer_norm',
}

const JINA_2 = {
  ...{ model_type: 'bert', architectures: ['JinaBertModel'], vocab_size: 30_528, position_embedding_type: 'alibi' },
  auto_map: { AutoModel: 'jinaai/jina-bert-implementation--modeling_bert.JinaBertModel' },
}

const GTE = { model_type: 'new', architectures: ['NewModel'], vocab_size: 250_048, type_vocab_size: 1 }

const NOMIC = {
  ...{
    model_type: 'nomic_bert',
    architectures: ['NomicBertModel'],
    n_embd: 768,
    n_layer: 12,
    n_head: 12,
    n_inner: 3072,
  },
  ...{
    rotary_emb_fraction: 1,
    auto_map: { AutoModel: 'nomic-ai/nomic-bert-2048--modeling_hf_nomic_bert.NomicBertModel' },
  },
}

const LLAMA_3_1B = {
  ...{ vocab_size: 128_256, hidden_size: 2048, intermediate_size: 8192, num_hidden_layers: 16 },
  ...{ num_attention_heads: 32, num_key_value_heads: 8, tie_word_embeddings: true },
}

const LLAMA_3_8B = {
  ...{ vocab_size: 128_256, hidden_size: 4096, intermediate_size: 14_336, num_hidden_layers: 32 },
  ...{ num_attention_heads: 32, num_key_value_heads: 8 },
}

/** Where a total was published. */
const SOURCES = {
  gimmick: "the safetensors metadata of the hub's API, in the list of models of the GIMMICK benchmark",
  mteb: 'ModelMeta.n_parameters in mteb 2.26.24',
  printed: 'printed by programs that load the model, in many repositories',
  bytes: 'half of the bytes of the 16-bit files; Qwen1.5-1.8B has the same sizes and total',
} as const

interface Published {
  readonly name: string
  readonly total: number
  readonly source: keyof typeof SOURCES
  readonly config: Readonly<Record<string, unknown>>
}

/** Models whose code only their authors have: the sizes of their configs, and a total that others published. */
const PUBLISHED: readonly Published[] = [
  {
    name: 'ChatGLM3-6B',
    total: 6_243_584_000,
    source: 'printed',
    config: { model_type: 'chatglm', add_qkv_bias: true, multi_query_attention: true, multi_query_group_num: 2 },
  },
  { name: 'Qwen-7B', total: 7_721_324_544, source: 'printed', config: { model_type: 'qwen' } },
  {
    name: 'Qwen-1.8B',
    total: 1_836_828_672,
    source: 'bytes',
    config: {
      ...{ model_type: 'qwen', hidden_size: 2048, num_hidden_layers: 24 },
      ...{ num_attention_heads: 16, intermediate_size: 11_008 },
    },
  },
  {
    name: 'InternVL2.5-2B',
    total: 2_205_754_368,
    source: 'gimmick',
    config: {
      model_type: 'internvl_chat',
      vision_config: INTERN_VIT_300M,
      llm_config: {
        ...{ model_type: 'internlm2', vocab_size: 92_553, hidden_size: 2048, intermediate_size: 8192, bias: false },
        ...{ num_hidden_layers: 24, num_attention_heads: 16, num_key_value_heads: 8 },
      },
    },
  },
  {
    name: 'MiniCPM-V-2.6',
    total: 8_099_175_152,
    source: 'gimmick',
    config: {
      ...{ model_type: 'minicpmv', version: 2.6, hidden_size: 3584, intermediate_size: 18_944, vocab_size: 151_666 },
      ...{ num_hidden_layers: 28, num_attention_heads: 28, num_key_value_heads: 4, query_num: 64 },
      ...{ drop_vision_last_layer: false, vision_config: SIGLIP },
    },
  },
  { name: 'Phi-3.5-vision', total: 4_146_621_440, source: 'gimmick', config: { model_type: 'phi3_v' } },
  {
    name: 'RWKV v6 Finch 1.6B',
    total: 1_599_873_024,
    source: 'printed',
    config: { model_type: 'rwkv6', hidden_size: 2048, num_hidden_layers: 24 },
  },
  { name: 'gte-multilingual-base', total: 305_368_320, source: 'mteb', config: GTE },
  {
    name: 'gte-base-en-v1.5',
    total: 136_776_192,
    source: 'mteb',
    config: { ...GTE, vocab_size: 30_528, type_vocab_size: 0 },
  },
  {
    name: 'gte-multilingual-reranker-base',
    total: 305_959_681,
    source: 'printed',
    config: { ...GTE, architectures: ['NewForSequenceClassification'], id2label: { 0: 'LABEL_0' } },
  },
  { name: 'jina-embeddings-v2-base-en', total: 137_368_320, source: 'mteb', config: JINA_2 },
  {
    name: 'jina-embeddings-v2-small-en',
    total: 32_690_688,
    source: 'mteb',
    config: { ...JINA_2, hidden_size: 512, intermediate_size: 2048, num_hidden_layers: 4, num_attention_heads: 8 },
  },
  {
    name: 'jina-embeddings-v3',
    total: 572_310_396,
    source: 'mteb',
    config: {
      ...{ model_type: 'xlm-roberta', architectures: ['XLMRobertaModel'], vocab_size: 250_002, hidden_size: 1024 },
      ...{ intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16, type_vocab_size: 1 },
      ...{ max_position_embeddings: 8194, position_embedding_type: 'rotary', lora_rank: 4 },
      lora_adaptations: ['retrieval.query', 'retrieval.passage', 'separation', 'classification', 'text-matching'],
      auto_map: { AutoModel: 'jinaai/xlm-roberta-flash-implementation--modeling_lora.XLMRobertaLoRA' },
    },
  },
  {
    name: 'nomic-embed-text-v1.5',
    total: 136_731_648,
    source: 'mteb',
    config: { ...NOMIC, qkv_proj_bias: false, mlp_fc1_bias: false, mlp_fc2_bias: false },
  },
  {
    name: 'nomic-embed-text-v2-moe',
    total: 475_292_928,
    source: 'mteb',
    config: {
      ...{ ...NOMIC, vocab_size: 250_048, type_vocab_size: 1, activation_function: 'gelu' },
      ...{ num_experts: 8, moe_top_k: 2, moe_every_n_layers: 2 },
    },
  },
  {
    name: 'llama-embed-nemotron-8b',
    total: 7_504_924_672,
    source: 'mteb',
    config: { model_type: 'llama_bidirec', architectures: ['LlamaBidirectionalModel'], ...LLAMA_3_8B },
  },
  {
    name: 'llama-nemotron-rerank-1b-v2',
    total: 1_235_816_448,
    source: 'mteb',
    config: {
      ...{ model_type: 'llama_bidirec', architectures: ['LlamaBidirectionalForSequenceClassification'], ...LLAMA_3_1B },
      id2label: { 0: 'LABEL_0' },
    },
  },
]

it.each(PUBLISHED.map((model) => [model.name, model.total, SOURCES[model.source], model.config] as const))(
  '%s has %d parameters: %s',
  (_, total, __, config) => {
    const architecture = architectureFromConfig(config)
    expect(totalParameters(architecture)).toBe(total)
    expect(architecture.notes).toEqual([])
  },
)

it('and those of NV-Embed are rounded', () => {
  // 7.85 billion, as mteb 2.26.24 has it: the sum that its authors' code gives for the default sizes.
  const nvEmbed = architectureFromConfig({ model_type: 'nvembed', architectures: ['NVEmbedModel'] })
  expect(Math.round(totalParameters(nvEmbed) / 1e7)).toBe(785)
})
