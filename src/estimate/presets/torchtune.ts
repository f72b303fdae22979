import {
  addsRouterLoss,
  dividesMatrices,
  hasStages,
  isOneRank,
  isQuantized,
  isShared,
  type Preset,
  trainsAdapters,
  trainsWeights,
} from './preset.js'

/** The recipes of torchtune, with the values of their configs for Llama 3.1 8B. */
export const TORCHTUNE: Preset = {
  package: 'torchtune',
  version: '0.6.1',
  leavesOut: [
    {
      when: () => true,
      what: 'models are not compiled: compiled, the loss keeps its logits alone (`loss: fused` with `lossLogits: model`), and layers need less. Layers count as in transformers, which takes up to 4 % more or less in recorded runs. A float32 table of rotations for all positions of the config is not counted (torchtune 0.6.1, modules/attention.py, models/llama3_1/_position_embeddings.py)',
    },
  ],
  values: [
    { options: { loss: 'chunked' }, source: 'configs/llama3_1/8B_*.yaml: CEWithChunkedOutputLoss' },
    {
      options: { recompute: 'none' },
      source: 'configs/llama3_1/8B_lora.yaml: enable_activation_checkpointing is False',
      when: (run) => trainsAdapters(run) && isShared(run),
    },
    {
      options: { recompute: 'layers' },
      source: 'configs/llama3_1/8B_*.yaml: enable_activation_checkpointing is True',
    },
    { options: { reentrant: false }, source: 'training/_activation_checkpointing.py: checkpoint_wrapper' },
    { options: { autocast: false }, source: 'configs/llama3_1/8B_*.yaml: dtype is bf16, without autocast' },
    {
      options: { optimizer: 'adamw-8bit-paged' },
      source: 'configs/llama3_1/8B_full_single_device.yaml: PagedAdamW8bit',
      when: (run) => trainsWeights(run) && isOneRank(run),
    },
    {
      options: { optimizerStep: 'in-backward' },
      source: 'configs/llama3_1/8B_full_single_device.yaml: optimizer_in_bwd is True',
      // Its recipe stops there with several micro-batches in a step, until that is turned off.
      when: (run) => trainsWeights(run) && isOneRank(run) && run.optimizer === 'adamw-8bit-paged' && !run.accumulates,
    },
    {
      options: { optimizerStep: 'foreach' },
      source: 'recipes/full_finetune_distributed.py: stops at fused with tensor_parallel_dim',
      when: dividesMatrices,
    },
    { options: { optimizerStep: 'fused' }, source: 'configs/llama3_1/8B_*.yaml: fused is True' },
    {
      options: { adapterDtype: 'bfloat16' },
      source: 'recipes/lora_finetune_single_device.py: the whole model is built in dtype',
      when: trainsAdapters,
    },
    {
      options: { lora: { rank: 8, loraDropout: 0 } },
      source: 'configs/llama3_1/8B_lora*.yaml: lora_rank and lora_dropout',
      when: trainsAdapters,
    },
    {
      options: { outputRouterLogits: false },
      source: 'modules: models of its own, which do not read output_router_logits',
      when: addsRouterLoss,
    },
  ],
  refusesLayouts: [
    { when: hasStages, reason: 'torchtune 0.6.1 has no pipelines; use `sharding` or `layout.tensor`' },
    {
      when: (run) => dividesMatrices(run) && run.trains === 'adapters',
      reason:
        'torchtune 0.6.1 divides matrices in its recipe for all weights alone (full_finetune_distributed.py: tensor_parallel_dim); use `sharding`',
    },
  ],
  refuses: [
    {
      when: (run) => isQuantized(run) && !run.storage.startsWith('nf4'),
      reason: 'torchtune trains adapters on NF4 only (`quantize_base`)',
    },
    {
      when: ({ strategy }) => strategy.startsWith('zero'),
      reason: 'torchtune shares a model with FSDP2, not DeepSpeed',
    },
  ],
}
