import { type Architecture, isTower, type Module } from '../../architecture/index.js'

/** A child of a module with its full name. */
export interface Named {
  readonly name: string
  readonly module: Module
}

/** The names that families use for the parts that all decoders have. */
const NAMES = {
  embedding: [
    'embed_tokens',
    'tok_embeddings',
    'wte',
    'embed_in',
    'word_embeddings',
    'embeddings',
    'tokens_embed',
    'w',
  ],
  positions: ['wpe', 'embed_positions', 'positions_embed'],
  embeddingNorm: ['word_embeddings_layernorm'],
  layers: ['layers', 'h', 'blocks'],
  lastNorm: [
    'norm',
    'ln_f',
    'final_layer_norm',
    'final_layernorm',
    'layer_norm',
    'norm_f',
    'embedding_norm',
    'layernorm',
    'final_norm',
    'ln_out',
  ],
  head: ['lm_head', 'embed_out', 'output_projection', 'output', 'head'],
  attention: ['self_attn', 'attention', 'attn', 'self_attention', 'multi_head_attention', 'temporal_block'],
  mlp: ['mlp', 'block_sparse_moe', 'feed_forward', 'ffn', 'mlp_block'],
  fused: ['qkv_proj', 'c_attn', 'query_key_value', 'Wqkv'],
  query: ['q_proj'],
  key: ['k_proj'],
  value: ['v_proj'],
  queryNorm: ['q_norm', 'q_layernorm', 'query_layernorm'],
  keyNorm: ['k_norm', 'k_layernorm', 'key_layernorm'],
  output: ['o_proj', 'dense', 'c_proj', 'out_proj'],
  blockNorm: ['attn_sub_norm', 'ffn_sub_norm'],
  firstNorm: [
    'input_layernorm',
    'ln_1',
    'self_attn_layer_norm',
    'norm_1',
    'ln_attn',
    'operator_norm',
    'attention_layernorm',
    'layernorm1',
    'attention_norm',
    'temporal_pre_norm',
    'ln1',
  ],
  afterAttention: ['post_norm1', 'post_operator_norm', 'post_self_attn_layernorm', 'post_attention_layernorm'],
  secondNorm: [
    'pre_feedforward_layernorm',
    'post_attention_layernorm',
    'ln_2',
    'final_layer_norm',
    'norm_2',
    'ln_mlp',
    'pre_ff_layernorm',
    'ffn_norm',
    'feedforward_layernorm',
    'layernorm2',
    'channel_pre_norm',
    'ln2',
  ],
  afterMlp: ['post_feedforward_layernorm', 'post_mlp_layernorm', 'post_norm2', 'post_ffn_norm'],
  up: ['up_proj', 'c_fc', 'fc1', 'fc_in', 'dense_h_to_4h'],
  down: ['down_proj', 'c_proj', 'fc2', 'fc_out', 'dense_4h_to_h'],
} as const

/** The same where layers are in a module beside the output embedding, as in ChatGLM. */
const NESTED: Partial<Record<SubmoduleKind, string>> = {
  embedding: 'embedding.word_embeddings',
  layers: 'encoder.layers',
  lastNorm: 'encoder.final_layernorm',
  head: 'output_layer',
}

/** A part that all decoders have, whatever its name. */
export type SubmoduleKind = keyof typeof NAMES

/** The child that is a given part; absent if the module has none. */
export function submodule(of: Named, kind: SubmoduleKind): Named | undefined {
  const name = NAMES[kind].find((one) => of.module.children?.[one])
  if (name !== undefined) return child(of, name)
  const path = of.module.children?.['output_layer'] && NESTED[kind]?.split('.')
  return path?.reduce<Named | undefined>((at, step) => at && child(at, step), of)
}

/** A child by its name. */
export function child(of: Named, name: string): Named | undefined {
  const module = of.module.children?.[name]
  return module && { name: of.name === '' ? name : `${of.name}.${name}`, module }
}

/** An item of a list of modules. */
export function item(of: Named, index: number): Named | undefined {
  const module = of.module.items?.find(({ indices }) => indices.includes(index))?.module
  return module && { name: `${of.name}.${index}`, module }
}

/** The output features of a linear layer; 0 if there is none. */
export function outFeatures(layer: Named | undefined): number {
  return layer?.module.linear?.outFeatures ?? 0
}

/** The module that contains embeddings and layers, at any depth; absent if the model is not a stack of decoder layers. */
export function baseOf({ root }: Pick<Architecture, 'root'>): Named | undefined {
  let base: Named = { name: '', module: root }
  while (!submodule(base, 'layers')) {
    const first = Object.entries(base.module.children ?? {}).find(([, { part }]) => !isTower(part))
    const next = first && child(base, first[0])
    if (!next) return undefined
    base = next
  }
  return submodule(base, 'embedding') && base
}

/**
 * The output embedding, beside the base model, or beside the encoders around it, or in the part of a model that writes; absent if the
 * class has none.
 */
export function headOf({ root }: Pick<Architecture, 'root'>): Named | undefined {
  const outer = { name: '', module: root }
  const isAlone = Object.keys(root.children ?? {}).length === 1
  const inner =
    child(outer, 'language_model') ?? child(outer, 'thinker') ?? (isAlone ? child(outer, 'transformer') : undefined)
  return submodule(outer, 'head') ?? (inner && submodule(inner, 'head'))
}

/** A decoder layer and its index. */
export interface NamedLayer extends Named {
  readonly index: number
}

/** The layers in order. */
export function layersOf(base: Named): NamedLayer[] {
  const list = submodule(base, 'layers')
  const items = (list?.module.items ?? []).flatMap(({ indices, module }) =>
    indices.map((index) => ({ index, name: `${list?.name}.${index}`, module })),
  )
  return items.sort((a, b) => a.index - b.index)
}
