import {
  keepsAutocast,
  mayBeReentrant,
  type Preset,
  REDUCES_LAST,
  trainsAdapters,
  trainsWeights,
  WIDE_EMBEDDING_STATES,
} from './preset.js'

/** The default of `target_modules`. */
const LINEAR_LAYERS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const

/** `FastLanguageModel` of Unsloth, with TRL's trainer. */
export const UNSLOTH: Preset = {
  package: 'unsloth',
  version: '2026.10.9',
  values: [
    { options: { method: 'qlora' }, source: 'models/loader.py: load_in_4bit is True' },
    {
      options: { kernels: 'unsloth-2026.10' },
      source: 'models/llama.py: its own norms, rotation and layers with adapters',
    },
    { options: { loss: 'fused-linear' }, source: 'models/llama.py: unsloth_fused_ce_loss' },
    { options: { lossLogits: 'model' }, source: 'models/llama.py: fast_cross_entropy_loss' },
    { options: { recompute: 'layers' }, source: 'models/llama.py: use_gradient_checkpointing is "unsloth"' },
    {
      options: { sharding: { offload: ['activations'] } },
      from: 'unsloth_zoo 2026.10.9',
      source: 'gradient_checkpointing.py: the inputs of layers are on the CPU',
      when: ({ isRecomputed }) => isRecomputed,
    },
    {
      options: { reentrant: true },
      from: 'unsloth_zoo 2026.10.9',
      source: 'gradient_checkpointing.py: UnslothCheckpointFunction runs a layer again within backward',
      when: mayBeReentrant,
    },
    {
      options: { inputGradients: true },
      from: 'unsloth_zoo 2026.10.9',
      source: 'training_utils.py: prepare_model_for_training calls enable_input_require_grads',
      when: trainsAdapters,
    },
    { options: { autocast: true }, source: 'models/rl.py: trains in bf16 where the GPU has it', when: keepsAutocast },
    {
      options: { adapterDtype: 'float32' },
      from: 'unsloth_zoo 2026.10.9',
      source: 'training_utils.py: float32_mixed_precision is True',
      when: trainsAdapters,
    },
    {
      options: { lora: { rank: 16, loraDropout: 0, targetModules: LINEAR_LAYERS } },
      source: 'models/llama.py: get_peft_model',
      when: trainsAdapters,
    },
    {
      options: { optimizer: 'adamw-8bit' },
      source: 'models/rl.py: optim is adamw_8bit, whatever is trained',
      // Its ranks of FSDP2 take torch's fused AdamW.
      when: ({ ranks, strategy, tensor }) =>
        tensor === 1 && (ranks === 1 || (strategy !== 'fsdp2' && strategy !== 'hsdp')),
    },
    {
      options: { optimizerStep: 'fused' },
      from: 'transformers 5.24.0',
      source: 'training_args.py: optim is adamw_torch_fused from torch 2.8 on',
    },
    { ...WIDE_EMBEDDING_STATES, from: 'transformers 5.24.0' },
    { ...REDUCES_LAST, from: 'transformers 5.24.0' },
  ],
  refuses: [
    {
      when: (run) => trainsWeights(run) && run.strategy.startsWith('zero'),
      reason: 'Unsloth has no DeepSpeed for all weights; use the preset deepspeed',
    },
  ],
}
