import type { Preset } from './preset.js'

/** A training loop of your own with DeepSpeed's engine. */
export const DEEPSPEED: Preset = {
  package: 'deepspeed',
  version: '0.19.8',
  leavesOut: [
    {
      when: ({ strategy }) => !strategy.startsWith('zero'),
      what: 'the run is counted without its engine, which without ZeRO (stage 0) has float32 copies of 16-bit parameters too: pass `sharding` with zero-1, zero-2 or zero-3, for one rank as well (deepspeed 0.19.8, runtime/engine.py: _configure_bf16_optimizer)',
    },
  ],
  values: [{ options: { optimizerStep: 'fused' }, source: 'runtime/engine.py: FusedAdam unless torch_adam is set' }],
  refuses: [
    {
      when: ({ strategy }) => strategy.startsWith('fsdp') || strategy === 'hsdp',
      reason: 'DeepSpeed shares a model with zero-1, zero-2 or zero-3',
    },
  ],
}
