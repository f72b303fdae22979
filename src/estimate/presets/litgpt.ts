import {
  addsRouterLoss,
  isOneRank,
  isQuantized,
  isShared,
  type Preset,
  trainsAdapters,
  trainsWeights,
} from './preset.js'

/** `litgpt finetune`, in the precision of its recipes (bf16-true). */
export const LITGPT: Preset = {
  package: 'litgpt',
  version: '0.5.13',
  values: [
    {
      options: { recompute: 'none' },
      source: 'finetune/lora.py, finetune/full.py: checkpoints layers on several devices only',
      when: isOneRank,
    },
    { options: { recompute: 'layers' }, source: 'finetune/full.py: activation_checkpointing_policy' },
    { options: { reentrant: false }, source: 'finetune/lora.py: checkpoint_wrapper' },
    { options: { autocast: false }, source: 'finetune/lora.py: precision bf16-true' },
    {
      options: { loss: 'chunked' },
      source: 'finetune/lora.py: lm_head_chunk_size is 128',
      when: trainsAdapters,
    },
    {
      options: { lossLogits: 'model' },
      source: 'finetune/full.py: chunked_cross_entropy on the logits as they are',
      when: trainsWeights,
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
  ],
  refuses: [
    {
      when: (run) => isQuantized(run) && isShared(run),
      reason: 'litgpt quantises on one device only (`finetune/lora.py`)',
    },
    { when: ({ strategy }) => strategy.startsWith('zero'), reason: 'litgpt shares a model with FSDP, not DeepSpeed' },
  ],
}
