import {
  accumulatesOnRanks,
  addsRouterLoss,
  dividesMatrices,
  hasStages,
  isOneRank,
  isQuantized,
  isShared,
  type Preset,
  trainsAdapters,
} from './preset.js'

/** `litgpt finetune`, in the precision of its recipes (bf16-true). */
export const LITGPT: Preset = {
  package: 'litgpt',
  version: '0.5.13',
  untied:
    'the output embedding is a parameter of its own, also where the config ties it (litgpt 0.5.13, model.py: GPT, lm_head)',
  leavesOut: [
    {
      when: () => true,
      what: 'layers count as in transformers. Its own have one layer for queries, keys and values, with one adapter, and repeat keys and values, which takes up to 4 % more or less in recorded runs (litgpt 0.5.13, model.py, lora.py)',
    },
    {
      when: isQuantized,
      what: 'with quantised weights these are not counted: a second input embedding, which gets gradients (StableEmbedding), and copies of unpacked weights, which are in float16; nor that the output embedding is packed too (litgpt 0.5.13, finetune/lora.py)',
    },
    {
      when: isQuantized,
      what: 'bitsandbytes before 0.44 also keeps the inputs of packed layers, of this step and of the one before: published runs of that time need 10 to 50 % more (bitsandbytes 0.42.0, autograd/_functions.py)',
    },
  ],
  values: [
    {
      options: { recompute: 'none' },
      source: 'finetune/lora.py, finetune/full.py: checkpoints layers on several devices only',
      when: isOneRank,
    },
    { options: { recompute: 'layers' }, source: 'finetune/full.py: activation_checkpointing_policy' },
    { options: { reentrant: false }, source: 'finetune/lora.py: checkpoint_wrapper' },
    { options: { autocast: false }, source: 'finetune/lora.py: precision bf16-true' },
    { options: { loss: 'chunked' }, source: 'utils.py: chunked_cross_entropy' },
    {
      options: { keepOutputs: true },
      source: 'finetune/lora.py, finetune/full.py: fit holds the logits, which Fabric casts to float32',
    },
    {
      options: { adapterDtype: 'bfloat16' },
      source: 'lora.py: adapters are built in the precision of the model',
      when: trainsAdapters,
    },
    {
      options: { lora: { rank: 8, loraDropout: 0.05 } },
      source: 'finetune/lora.py: lora_r and lora_dropout',
      when: trainsAdapters,
    },
    { options: { optimizerStep: 'foreach' }, source: 'utils.py: instantiate_torch_optimizer sets no implementation' },
    {
      options: { outputRouterLogits: false },
      source: 'model.py: models of its own, which do not read output_router_logits',
      when: addsRouterLoss,
    },
    {
      options: { sharding: { syncEachBatch: false } },
      source: 'finetune/lora.py, finetune/full.py: no_backward_sync while it accumulates',
      when: accumulatesOnRanks,
    },
  ],
  refusesLayouts: [
    {
      when: (run) => dividesMatrices(run) || hasStages(run),
      reason:
        'litgpt 0.5.13 trains with FSDP alone, and divides matrices to generate only (generate/tp.py); use `sharding`',
    },
  ],
  refuses: [
    {
      when: (run) => isQuantized(run) && isShared(run),
      reason: 'litgpt quantises on one device only (`finetune/lora.py`)',
    },
    { when: ({ strategy }) => strategy.startsWith('zero'), reason: 'litgpt shares a model with FSDP, not DeepSpeed' },
  ],
}
