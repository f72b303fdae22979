import {
  addsRouterLoss,
  mayBeReentrant,
  needsInputGradients,
  type Preset,
  REDUCES_LAST,
  recomputesAdapted,
  WIDE_EMBEDDING_STATES,
} from './preset.js'

/** `Trainer` of transformers 5. */
export const TRANSFORMERS: Preset = {
  package: 'transformers',
  version: '5.24.0',
  values: [
    { options: { recompute: 'none' }, source: 'training_args.py: activation_checkpointing is None' },
    { options: { reentrant: false }, source: 'modeling_utils.py: activation_checkpointing_enable, use_reentrant' },
    {
      options: { inputGradients: true },
      source: 'modeling_utils.py: enable_input_require_grads with activation checkpointing',
      when: needsInputGradients,
    },
    { options: { lossLogits: 'float32' }, source: 'loss/loss_utils.py: ForCausalLMLoss shifts the labels' },
    { options: { optimizerStep: 'fused' }, source: 'training_args.py: optim is adamw_torch_fused from torch 2.8 on' },
    {
      options: { attentionMask: true },
      source: 'data/data_collator.py: the tokenizer pads, and returns attention_mask',
      when: addsRouterLoss,
    },
    WIDE_EMBEDDING_STATES,
    REDUCES_LAST,
  ],
  refuses: [],
}

/** `Trainer` of transformers 4.46 to 4.48, which copied the logits to shift them. */
export const TRANSFORMERS_4_48: Preset = {
  package: 'transformers',
  version: '4.48.3',
  values: [
    { options: { recompute: 'none' }, source: 'training_args.py: gradient_checkpointing is False' },
    {
      options: { reentrant: true },
      source: 'modeling_utils.py: gradient_checkpointing_enable, use_reentrant',
      when: mayBeReentrant,
    },
    {
      options: { inputGradients: true },
      source: 'modeling_utils.py: enable_input_require_grads for PEFT with gradient checkpointing',
      when: recomputesAdapted,
    },
    {
      options: { lossLogits: 'float32-shifted' },
      source: 'loss/loss_utils.py: ForCausalLMLoss, shift_logits is contiguous',
    },
    { options: { optimizerStep: 'foreach' }, source: 'training_args.py: optim is adamw_torch, foreach by default' },
    WIDE_EMBEDDING_STATES,
    REDUCES_LAST,
  ],
  refuses: [],
}
