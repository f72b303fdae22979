import {
  addsRouterLoss,
  mayBeReentrant,
  needsInputGradients,
  type Preset,
  REDUCES_LAST,
  trainsAdapters,
  WIDE_EMBEDDING_STATES,
} from './preset.js'

/** `llamafactory-cli train`. */
export const LLAMA_FACTORY: Preset = {
  package: 'llamafactory',
  version: '0.9.5',
  values: [
    { options: { method: 'lora' }, source: 'hparams/finetuning_args.py: finetuning_type is lora' },
    {
      options: { sharding: { offloadedBy: 'llama-factory' } },
      source: 'model/model_utils/checkpointing.py: UnslothGradientCheckpointing',
    },
    { options: { recompute: 'layers' }, source: 'hparams/model_args.py: disable_gradient_checkpointing is False' },
    {
      options: { reentrant: false },
      source: 'model/model_utils/checkpointing.py: use_reentrant_gc is set to False with fsdp2',
      when: ({ strategy }) => strategy === 'fsdp2',
    },
    {
      options: { reentrant: true },
      source: 'hparams/model_args.py: use_reentrant_gc is True',
      when: mayBeReentrant,
    },
    {
      options: { inputGradients: true },
      source: 'model/model_utils/checkpointing.py: the inputs of layers that train require gradients',
      when: (run) => needsInputGradients(run) && run.part !== 'top-layers',
    },
    {
      options: { adapterDtype: 'float32' },
      source: 'model/adapter.py: trainable parameters are cast to float32 unless pure_bf16',
      when: trainsAdapters,
    },
    {
      options: { lora: { rank: 8, loraDropout: 0, targetModules: 'all-linear' } },
      source: 'hparams/finetuning_args.py: lora_rank, lora_dropout, lora_target',
      when: trainsAdapters,
    },
    {
      options: { loss: 'logits' },
      source: 'train/trainer_utils.py: get_batch_logps, from the logits of all tokens in float32',
      when: ({ learnsFromPreferences }) => learnsFromPreferences,
    },
    { options: { lossLogits: 'float32' }, from: 'transformers 5.24.0', source: 'loss/loss_utils.py' },
    {
      options: { optimizerStep: 'fused' },
      from: 'transformers 5.24.0',
      source: 'training_args.py: optim is adamw_torch_fused from torch 2.8 on',
    },
    {
      options: { attentionMask: true },
      from: 'transformers 5.24.0',
      source: 'data/collator.py: SFTDataCollatorWith4DAttentionMask returns attention_mask',
      when: addsRouterLoss,
    },
    { ...WIDE_EMBEDDING_STATES, from: 'transformers 5.24.0' },
    { ...REDUCES_LAST, from: 'transformers 5.24.0' },
  ],
  refuses: [],
}
