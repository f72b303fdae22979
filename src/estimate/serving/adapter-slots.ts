import { type Architecture, linearGroups } from '../../architecture/index.js'
import type { Engine } from './options.js'
import { weightGroups } from './weights/weight-groups.js'
import type { WeightLayout } from './weights/weight-layout.js'

/** LoRA adapters that are on the GPU at a time. */
export interface AdapterSlots {
  readonly slots: number
  /** The largest rank, for which each slot has room. */
  readonly rank: number
}

/**
 * Bytes on one GPU of the tensors that LoRA adapters are copied into, in 16 bits: for every slot, A and B of every linear layer of the
 * decoder. Where a layer is divided by its outputs, A is whole on every GPU and B is divided; where it is divided by its inputs, the other way
 * round (`create_lora_weights` in vllm/lora/layers/base_linear.py and column_parallel_linear.py of 0.12 and 0.33; `LoRAMemoryPool` in
 * sglang/srt/lora/mem_pool.py). vLLM has them for routed experts, embeddings and the head too (lora/layers/fused_moe.py, vocab_parallel_embedding.py,
 * logits_processor.py), whole on every GPU.
 */
export function adapterBytes(
  model: Architecture,
  { slots, rank }: AdapterSlots,
  { tensor, expert, engine }: WeightLayout & { readonly engine: Engine },
): number {
  let features = 0
  for (const { linear, count, part, path, routed } of linearGroups(model)) {
    if (routed || part === 'head' || part === 'vision' || part === 'audio' || part === 'projector') continue
    const isByInputs = ROW_PARALLEL.test(String(path.at(-1)))
    features += isByInputs
      ? count * (linear.inFeatures / tensor + linear.outFeatures)
      : count * (linear.inFeatures + linear.outFeatures / tensor)
  }
  if (engine === 'vllm') features += embeddingFeatures(model) + expertFeatures(model, tensor, expert)
  return Math.ceil(features * rank * slots * 2)
}

/** The layers that are divided by their inputs: the last ones of attention and of the feed-forward network. */
const ROW_PARALLEL =
  /^(?:o_proj|out_proj|down_proj|dense|dense_4h_to_h|c_proj|fc2|fc_out|w2|wo|output_proj|output_linear|linear_2)$/

function embeddingFeatures({ dimensions: { vocabSize, hiddenSize } }: Architecture): number {
  return 2 * (vocabSize + hiddenSize)
}

/** Gate, up and down of each expert on this GPU; with expert parallelism, whole experts. */
function expertFeatures(model: Architecture, tensor: number, expert: number): number {
  const { moe, hiddenSize, gatedMlp, ffnHiddenSize } = model.dimensions
  if (!moe) return 0
  const layers = new Set(weightGroups(model).flatMap(({ kind, layers = [] }) => (kind === 'experts' ? layers : [])))
    .size
  const own = (moe.expertFfnSize ?? ffnHiddenSize) / (expert > 1 ? 1 : tensor)
  const matrices = gatedMlp ? 3 : 2
  return layers * (moe.experts / expert) * matrices * (hiddenSize + own)
}
