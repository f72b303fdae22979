import {
  addsRouterLoss,
  isShared,
  keepsAutocast,
  needsInputGradients,
  type Preset,
  REDUCES_LAST,
  trainsAdapters,
  trainsWeights,
  WIDE_EMBEDDING_STATES,
} from './preset.js'

/** `axolotl train`. */
export const AXOLOTL: Preset = {
  package: 'axolotl',
  version: '0.21.0',
  values: [
    { options: { recompute: 'none' }, source: 'utils/schemas/config.py: gradient_checkpointing is False' },
    { options: { reentrant: false }, source: 'core/builders/base.py: gradient_checkpointing_kwargs' },
    { options: { autocast: true }, source: 'utils/schemas/config.py: bf16 is auto', when: keepsAutocast },
    {
      options: { inputGradients: true },
      source: 'loaders/adapter.py: enable_input_require_grads',
      when: trainsAdapters,
    },
    {
      options: { inputGradients: true },
      from: 'transformers 5.20.1',
      source: 'modeling_utils.py: enable_input_require_grads with activation checkpointing',
      when: needsInputGradients,
    },
    {
      options: { prepareForKbitTraining: false },
      source:
        'loaders/model.py: what prepare_model_for_kbit_training casts is cast back (should_convert_embedding_dtypes)',
      when: trainsAdapters,
    },
    { options: { lossLogits: 'float32' }, from: 'transformers 5.24.0', source: 'loss/loss_utils.py' },
    { options: { optimizerStep: 'fused' }, source: 'utils/schemas/training.py: optimizer is adamw_torch_fused' },
    {
      options: { lora: { loraDropout: 0 } },
      source: 'utils/schemas/peft.py: lora_dropout',
      when: trainsAdapters,
    },
    {
      options: { sharding: { parameterDtype: 'float32', reduceDtype: 'bfloat16' } },
      from: 'accelerate 1.15.0',
      source: 'accelerator.py: FSDP with mixed precision upcasts what is trained',
      when: (run) => trainsWeights(run) && isShared(run) && run.strategy !== 'zero-3',
    },
    {
      options: { attentionMask: true },
      source: 'utils/collators/batching.py: keeps attention_mask of the examples',
      when: addsRouterLoss,
    },
    {
      options: { sharding: { offloadedBy: 'trl' } },
      source: 'core/trainers/mixins/activation_checkpointing.py: OffloadActivations of TRL',
    },
    { ...WIDE_EMBEDDING_STATES, from: 'transformers 5.24.0' },
    { ...REDUCES_LAST, from: 'transformers 5.24.0' },
  ],
  refuses: [],
}
