import type { Preset } from './preset.js'

/** A training loop of your own with DeepSpeed's engine. */
export const DEEPSPEED: Preset = {
  package: 'deepspeed',
  version: '0.19.8',
  values: [{ options: { optimizerStep: 'fused' }, source: 'runtime/engine.py: FusedAdam unless torch_adam is set' }],
  refuses: [
    {
      when: ({ strategy }) => strategy.startsWith('fsdp') || strategy === 'hsdp',
      reason: 'DeepSpeed shares a model with zero-1, zero-2 or zero-3',
    },
  ],
}
