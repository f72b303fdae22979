import { CheckpointError, type Shape } from '../architecture/index.js'
import type { LinearLayerSpec, ModelSpec } from '../schemas/index.js'
import { toolCallParserOf } from './tool-call-parser.js'

/** What a GGUF file says in front of its weights, as `@huggingface/gguf` reads it. */
export interface GgufHeader {
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tensorInfos: readonly {
    readonly name: string
    readonly shape: readonly (bigint | number)[]
    readonly dtype: number
  }[]
}

/**
 * The `ModelSpec` of a GGUF file. Layers keep the names that the file has for them (`blk.0.attn_q`).
 *
 * Source: the keys of ggml's GGUF specification (`docs/gguf.md`): `<architecture>.block_count` and the like.
 *
 * @throws CheckpointError `missing_field` for a key that every model must have
 */
export function modelSpecFromGguf({ metadata, tensorInfos }: GgufHeader): {
  spec: ModelSpec
  notes: readonly string[]
} {
  const family = text(metadata, 'general.architecture')
  const field = (name: string): number => count(metadata, `${family}.${name}`)
  const tensors = new Map<string, Tensor>(
    tensorInfos.map(({ name, shape, dtype }) => [name, { shape: torchShape(shape, name), dtype }]),
  )
  const layers = field('block_count')
  const hiddenSize = field('embedding_length')
  const heads = optionalCount(metadata, `${family}.attention.head_count`) ?? 0
  const template = metadata['tokenizer.chat_template']
  const parser = typeof template === 'string' ? toolCallParserOf(template) : undefined
  const contextTokens = optionalCount(metadata, `${family}.context_length`)
  const windowTokens = optionalCount(metadata, `${family}.attention.sliding_window`)
  const experts = optionalCount(metadata, `${family}.expert_count`) ?? 0
  const [vocabSize = 0] = tensors.get('token_embd.weight')?.shape ?? []
  const spec: ModelSpec = {
    checkpoint_model_name: typeof metadata['general.name'] === 'string' ? metadata['general.name'] : family,
    family,
    num_layers: layers,
    hidden_size: hiddenSize,
    num_attention_heads: heads,
    num_kv_heads: optionalCount(metadata, `${family}.attention.head_count_kv`) ?? heads,
    ffn_hidden_size: optionalCount(metadata, `${family}.feed_forward_length`) ?? 0,
    vocab_size: vocabSize,
    tied_embeddings: tensors.has('token_embd.weight') && !tensors.has('output.weight'),
    gated_mlp: [...tensors.keys()].some((name) => /\.ffn_gate(?:_exps)?\.weight$/.test(name)),
    base_num_parameters: parameterCount(tensors),
    precision: precision(tensors),
    is_embedding_model: metadata[`${family}.pooling_type`] !== undefined,
    linear_layers: linearLayers(tensors),
    ...(contextTokens !== undefined && { context_size: contextTokens }),
    ...(windowTokens && { sliding_window_config: { window_size: windowTokens } }),
    ...(typeof template === 'string' && { chat_template: template }),
    is_chat: typeof template === 'string',
    ...(parser !== undefined && { tool_call_config: { tool_call_parser: parser } }),
    ...(experts > 0 && {
      moe_config: {
        num_experts: experts,
        num_experts_per_tok: optionalCount(metadata, `${family}.expert_used_count`) ?? 0,
        num_expert_layers: [...tensors.keys()].filter((name) => name.endsWith('.ffn_up_exps.weight')).length,
        num_shared_experts: optionalCount(metadata, `${family}.expert_shared_count`) ?? 0,
      },
    }),
  }
  return { spec, notes: ['layers are named as in the GGUF file, not as in transformers'] }
}

interface Tensor {
  readonly shape: Shape
  readonly dtype: number
}

/** GGUF counts dimensions from the innermost; torch from the outermost. */
function torchShape(shape: readonly (bigint | number)[], name: string): Shape {
  return shape
    .map((size) => {
      const count = Number(size)
      if (Number.isSafeInteger(count) && count >= 0) return count
      throw new CheckpointError('tensor_too_large', `${name} has a dimension of ${size}`, { place: [name] })
    })
    .reverse()
}

function parameterCount(tensors: ReadonlyMap<string, Tensor>): number {
  let total = 0
  for (const [name, { shape }] of tensors)
    if (!BUFFERS.test(name)) total += shape.reduce((product, size) => product * size, 1)
  return total
}

/** Frequencies of rotary embeddings are computed, not trained. */
const BUFFERS = /^rope_freqs\.|\.rope_freqs\.|rope_factors_(?:long|short)/

function linearLayers(tensors: ReadonlyMap<string, Tensor>): LinearLayerSpec[] {
  const layers: LinearLayerSpec[] = []
  for (const [name, { shape }] of tensors) {
    const [outFeatures, inFeatures] = shape
    if (shape.length !== 2 || outFeatures === undefined || inFeatures === undefined) continue
    if (!name.endsWith('.weight') || EMBEDDINGS.test(name)) continue
    layers.push({ name: name.slice(0, -'.weight'.length), in_features: inFeatures, out_features: outFeatures })
  }
  return layers
}

const EMBEDDINGS = /^(?:token_embd|position_embd|token_types)\.|attn_rel_b\.|ssm_(?:a|conv1d)\b/

/** The type that most elements have, in the words of `ModelSpec.precision`. Source: `enum ggml_type` of ggml. */
function precision(tensors: ReadonlyMap<string, Tensor>): string {
  const elements = new Map<string, number>()
  for (const { shape, dtype } of tensors.values()) {
    const name = PRECISIONS[dtype] ?? 'int4'
    elements.set(name, (elements.get(name) ?? 0) + shape.reduce((product, size) => product * size, 1))
  }
  const [most] = [...elements].sort(([, a], [, b]) => b - a)
  return most?.[0] ?? 'float32'
}

const PRECISIONS: Readonly<Record<number, string>> = {
  0: 'float32',
  1: 'float16',
  8: 'int8',
  9: 'int8',
  15: 'int8',
  24: 'int8',
  25: 'int16',
  26: 'int32',
  27: 'int64',
  28: 'float64',
  30: 'bfloat16',
  39: 'mxfp4',
}

function text(metadata: GgufHeader['metadata'], key: string): string {
  const value = metadata[key]
  if (typeof value === 'string') return value
  throw new CheckpointError('missing_field', `the GGUF file has no ${key}`, { place: [key] })
}

function count(metadata: GgufHeader['metadata'], key: string): number {
  const value = optionalCount(metadata, key)
  if (value !== undefined) return value
  throw new CheckpointError('missing_field', `the GGUF file has no ${key}`, { place: [key] })
}

/** Some keys hold one number for each layer: the largest is the model's. */
function optionalCount(metadata: GgufHeader['metadata'], key: string): number | undefined {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const counts = values
    .map((one) => (typeof one === 'bigint' ? Number(one) : one))
    .filter((one) => typeof one === 'number')
  return counts.length > 0 ? counts.reduce((most, one) => Math.max(most, one), 0) : undefined
}
