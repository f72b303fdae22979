import {
  addsRouterLoss,
  isQuantized,
  isShared,
  keepsAutocast,
  needsInputGradients,
  type Preset,
  REDUCES_LAST,
  recomputesAdapted,
  trainsAdapters,
  trainsWeights,
  WIDE_EMBEDDING_STATES,
  weighsRouterLoss,
} from './preset.js'

/** `SFTTrainer` of TRL, with the adapters of its command. */
export const TRL: Preset = {
  package: 'trl',
  version: '1.16.0',
  values: [
    { options: { recompute: 'layers' }, source: 'trainer/sft_config.py: gradient_checkpointing is True' },
    { options: { reentrant: false }, source: 'trainer/sft_trainer.py: use_reentrant is False unless it is given' },
    {
      options: { inputGradients: true },
      source: 'trainer/sft_trainer.py: enable_input_require_grads with PEFT and checkpointing',
      when: recomputesAdapted,
    },
    {
      options: { inputGradients: true },
      from: 'transformers 5.24.0',
      source: 'modeling_utils.py: enable_input_require_grads with activation checkpointing',
      when: needsInputGradients,
    },
    { options: { autocast: true }, source: 'trainer/base_config.py: bf16 is True unless fp16 is', when: keepsAutocast },
    {
      options: { loss: 'log-probs' },
      source: 'trainer/sft_trainer.py: add_fused_lm_head, without the logits of all tokens',
    },
    { options: { lossLogits: 'float32' }, from: 'transformers 5.24.0', source: 'loss/loss_utils.py' },
    {
      options: { optimizerStep: 'fused' },
      from: 'transformers 5.24.0',
      source: 'training_args.py: optim is adamw_torch_fused from torch 2.8 on',
    },
    {
      options: { lora: { rank: 16, loraDropout: 0.05 } },
      source: 'trainer/model_config.py: lora_r and lora_dropout',
      when: trainsAdapters,
    },
    {
      options: { adapterDtype: 'bfloat16' },
      source: 'trainer/sft_trainer.py: casts adapters on quantised weights',
      when: (run) => trainsAdapters(run) && isQuantized(run),
    },
    {
      options: { sharding: { parameterDtype: 'float32', reduceDtype: 'bfloat16' } },
      from: 'accelerate 1.15.0',
      source: 'accelerator.py: FSDP with mixed precision upcasts what is trained',
      when: (run) => trainsWeights(run) && isShared(run) && run.strategy !== 'zero-3',
    },
    {
      options: { outputRouterLogits: true },
      source: 'trainer/sft_trainer.py: aux_loss_enabled, unless the coefficient is 0',
      // Trainers that are not stable yet, such as ORPO's, read the config alone.
      when: (run) => weighsRouterLoss(run) && run.type !== 'orpo',
    },
    {
      options: { attentionMask: true },
      source: 'trainer/sft_trainer.py: DataCollatorForLanguageModeling returns attention_mask unless padding_free',
      when: addsRouterLoss,
    },
    {
      options: { sharding: { offloadedBy: 'trl' } },
      source: 'models/activation_offloading.py: OffloadActivations',
    },
    { ...WIDE_EMBEDDING_STATES, from: 'transformers 5.24.0' },
    { ...REDUCES_LAST, from: 'transformers 5.24.0' },
  ],
  refuses: [],
}
