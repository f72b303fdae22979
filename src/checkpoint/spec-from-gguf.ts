import { CheckpointError, type Part, type Shape } from '../architecture/index.js'
import type { LinearLayerSpec, MambaConfig, ModelSpec } from '../schemas/index.js'
import { isGgufParameter } from './gguf-buffers.js'
import { refuseOtherKinds } from './gguf-kinds.js'
import { ggufParts } from './gguf-parts.js'
import { type GgufTensor, mostType } from './gguf-storage.js'
import type { QuantisationSummary } from './quantisation/quantisation-summary.js'
import { toolCallParserOf } from './tool-call-parser.js'

/** The header of a GGUF file, as `@huggingface/gguf` reads it. */
export interface GgufHeader {
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tensorInfos: readonly {
    readonly name: string
    readonly shape: readonly (bigint | number)[]
    readonly dtype: number
    /** Where its data starts. Types that are not known have their size between two offsets. */
    readonly offset?: bigint
  }[]
}

/**
 * Derives the `ModelSpec` of a GGUF file. Layers have the names that the file uses (`blk.0.attn_q`).
 *
 * Source: the keys of ggml's GGUF specification (`docs/gguf.md`), such as `<architecture>.block_count`.
 *
 * @throws CheckpointError `missing_field` if a required key is missing
 */
export function modelSpecFromGguf({ metadata, tensorInfos }: GgufHeader): {
  spec: ModelSpec
  /** How most weights are stored, if they are quantised. */
  quantisation?: QuantisationSummary
  /** Parameters by part of the model. */
  parts: Partial<Record<Part, number>>
  notes: readonly string[]
} {
  refuseOtherKinds(metadata)
  const family = text(metadata, 'general.architecture')
  const field = (name: string): number => count(metadata, `${family}.${name}`)
  const all = new Map<string, GgufTensor>(
    tensorInfos.map(({ name, shape, dtype }) => [name, { shape: torchShape(shape, name), dtype }]),
  )
  if (all.size === 0) {
    const help = 'a file with a vocabulary alone describes no model; of a model in parts, pass all parts'
    throw new CheckpointError('invalid_header', 'the GGUF file has no tensors', { place: [family], help })
  }
  const predicting = optionalCount(metadata, `${family}.nextn_predict_layers`) ?? 0
  const layers = field('block_count') - predicting
  if (layers < 0)
    throw new CheckpointError('invalid_field', `${family}.nextn_predict_layers is more than block_count`, {
      place: [`${family}.nextn_predict_layers`],
    })
  const { tensors, predictors } = apart(all, layers)
  const hiddenSize = field('embedding_length')
  const heads = optionalCount(metadata, `${family}.attention.head_count`) ?? 0
  const template = metadata['tokenizer.chat_template']
  const parser = typeof template === 'string' ? toolCallParserOf(template) : undefined
  const contextTokens = contextLength(metadata, family)
  const windowTokens = optionalCount(metadata, `${family}.attention.sliding_window`)
  const expertFfnSize = optionalCount(metadata, `${family}.expert_feed_forward_length`)
  const stateSize = optionalCount(metadata, `${family}.ssm.state_size`)
  const experts = optionalCount(metadata, `${family}.expert_count`) ?? 0
  const most = mostType(tensors, tensorInfos)
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
    gated_mlp: isGated(tensors),
    base_num_parameters: parameterCount(tensors, family) + parametersInKeys(metadata),
    precision: most.precision,
    ...embedding(family, metadata),
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
        num_expert_layers: [...tensors.keys()].filter((name) => /\.ffn_(?:up|gate_up)_exps\.weight$/.test(name)).length,
        ...(expertFfnSize !== undefined && { expert_ffn_size: expertFfnSize }),
        num_shared_experts: optionalCount(metadata, `${family}.expert_shared_count`) ?? 0,
      },
    }),
    ...(stateSize !== undefined && {
      mamba_config: mambaConfig(tensors, stateSize, optionalCount(metadata, `${family}.ssm.conv_kernel`)),
    }),
  }
  const notes = ['layers have the names of the GGUF file, not those of transformers']
  notes.push(...most.notes)
  if (predictors.size > 0)
    notes.push(
      `the ${parameterCount(predictors, family)} parameters of ${predicting} multi-token prediction layer${predicting === 1 ? '' : 's'} are not counted: transformers does not load them`,
    )
  const parts = ggufParts(tensors, (name) => isGgufParameter(name, tensors, family))
  return { spec, ...(most.isQuantised && { quantisation: most.quantisation }), parts, notes }
}

/** Parameters that llama.cpp's converter writes among the keys: the two slopes of each layer's xIELU activation (Apertus). */
function parametersInKeys(metadata: GgufHeader['metadata']): number {
  const slopes = [metadata['xielu.alpha_p'], metadata['xielu.alpha_n']]
  return slopes.reduce<number>((sum, values) => sum + (Array.isArray(values) ? values.length : 0), 0)
}

/** The longest context, with rope scaling applied as in a config: converters copy the config's fields. */
function contextLength(metadata: GgufHeader['metadata'], family: string): number | undefined {
  const limit = optionalCount(metadata, `${family}.context_length`)
  const factor = metadata[`${family}.rope.scaling.factor`]
  const kind = metadata[`${family}.rope.scaling.type`]
  if (limit === undefined || typeof factor !== 'number') return limit
  if (kind === 'linear') return Math.round(limit * factor)
  const original = optionalCount(metadata, `${family}.rope.scaling.original_context_length`)
  return kind === 'yarn' ? Math.round((original ?? limit) * factor) : limit
}

/** Separates the tensors of the model from those of the multi-token prediction layers after it. */
function apart(
  all: ReadonlyMap<string, GgufTensor>,
  layers: number,
): { tensors: ReadonlyMap<string, GgufTensor>; predictors: ReadonlyMap<string, GgufTensor> } {
  const isPredictor = (name: string) => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1) >= layers
  return {
    tensors: new Map([...all].filter(([name]) => !isPredictor(name))),
    predictors: new Map([...all].filter(([name]) => isPredictor(name))),
  }
}

/** Whether the MLP is gated: a gate matrix, a gate fused with the up projection of all experts, or an up projection of double width (Phi-3). */
function isGated(tensors: ReadonlyMap<string, GgufTensor>): boolean {
  for (const [name, { shape }] of tensors) {
    if (/\.ffn_gate(?:_exps|_shexp|_up_exps|_up)?\.weight$/.test(name)) return true
    if (!name.endsWith('.ffn_up.weight')) continue
    const down = tensors.get(name.replace('.ffn_up.', '.ffn_down.'))
    if (down && shape[0] === 2 * (down.shape[1] ?? 0)) return true
  }
  return false
}

/** Encoders state their pooling type (`0` is none). A decoder without one may be an embedding model or not. */
function embedding(family: string, metadata: GgufHeader['metadata']): { is_embedding_model?: boolean } {
  const pooling = optionalCount(metadata, `${family}.pooling_type`)
  if (pooling !== undefined) return { is_embedding_model: pooling !== 0 }
  return metadata['tokenizer.chat_template'] === undefined ? {} : { is_embedding_model: false }
}

/** GGUF lists dimensions from the innermost to the outermost; torch does the reverse. */
function torchShape(shape: readonly (bigint | number)[], name: string): Shape {
  return shape
    .map((size) => {
      const count = Number(size)
      if (Number.isSafeInteger(count) && count >= 0) return count
      throw new CheckpointError('tensor_too_large', `${name} has a dimension of ${size}`, { place: [name] })
    })
    .reverse()
}

function parameterCount(tensors: ReadonlyMap<string, GgufTensor>, family: string): number {
  let total = 0
  for (const [name, { shape }] of tensors)
    if (isGgufParameter(name, tensors, family)) total += shape.reduce((product, size) => product * size, 1)
  return total
}

function linearLayers(tensors: ReadonlyMap<string, GgufTensor>): LinearLayerSpec[] {
  const layers: LinearLayerSpec[] = []
  for (const [name, { shape }] of tensors) {
    const [outFeatures, inFeatures] = shape
    if (shape.length !== 2 || outFeatures === undefined || inFeatures === undefined) continue
    if (!name.endsWith('.weight') || EMBEDDINGS.test(name)) continue
    layers.push({ name: name.slice(0, -'.weight'.length), in_features: inFeatures, out_features: outFeatures })
  }
  return layers
}

/**
 * Derives the kind of each layer from its tensors. A state-space layer has `ssm_in`, and may also have attention
 * (Falcon H1). Linear attention has other `ssm` tensors, and projections named like attention's (`attn_qkv` in Qwen3-Next).
 */
function mambaConfig(tensors: ReadonlyMap<string, GgufTensor>, stateSize: number, convKernel = 4): MambaConfig {
  const layersWith = (tensor: RegExp) => new Set([...tensors.keys()].flatMap((name) => tensor.exec(name)?.[1] ?? []))
  const stateSpaces = layersWith(/^blk\.(\d+)\.ssm_in\.weight$/)
  const recurrent = layersWith(/^blk\.(\d+)\.ssm_/)
  const attentive = layersWith(/^blk\.(\d+)\.attn_(?:q|qkv|q_a)\.weight$/)
  const attention = [...attentive].filter((layer) => !recurrent.has(layer) || stateSpaces.has(layer))
  return {
    is_hybrid: attention.length > 0,
    num_mamba_layers: recurrent.size,
    num_attention_layers: attention.length,
    num_mlp_layers: layersWith(/^blk\.(\d+)\.ffn_(?:up|up_exps|gate_up_exps)\.weight$/).size,
    state_size: stateSize,
    conv_kernel: convKernel,
  }
}

/** Matrices that are no linear layers: embeddings, and convolutions over single channels. */
const EMBEDDINGS =
  /^(?:token_embd|per_layer_token_embd|position_embd|token_types)\.|attn_rel_b\.|ssm_a\b|conv1d(?:_[qkv])?\b|shortconv\.conv\./

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

/** Some keys hold one number per layer; the model's value is the largest. */
function optionalCount(metadata: GgufHeader['metadata'], key: string): number | undefined {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const counts = values
    .map((one) => (typeof one === 'bigint' ? Number(one) : one))
    .filter((one) => typeof one === 'number')
  return counts.length > 0 ? counts.reduce((most, one) => Math.max(most, one), 0) : undefined
}
