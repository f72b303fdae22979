import { accumulatesOnRanks, isShared, type Preset, trainsAdapters } from './preset.js'

/** The recipes of NeMo Automodel. */
export const NEMO_AUTOMODEL: Preset = {
  package: 'nemo-automodel',
  version: '0.7.0',
  values: [
    { options: { recompute: 'none' }, source: 'components/distributed/config.py: activation_checkpointing is False' },
    {
      options: { lossLogits: 'float32-gathered' },
      source: 'components/loss/masked_ce.py: fp32_upcast is True, and full_tensor',
      when: ({ sharesVocabulary }) => sharesVocabulary,
    },
    {
      options: { lossLogits: 'float32' },
      source: 'components/loss/masked_ce.py: fp32_upcast is True',
      when: ({ sharesVocabulary }) => !sharesVocabulary,
    },
    {
      options: { adapterDtype: 'bfloat16' },
      source: "components/_peft/lora.py: lora_dtype is the weights' own",
      when: trainsAdapters,
    },
    {
      options: { lora: { rank: 8, loraDropout: 0 } },
      source: 'components/_peft/lora.py: PeftConfig, dim and dropout',
      when: trainsAdapters,
    },
    {
      options: { sharding: { reduceDtype: 'float32' } },
      source: 'components/distributed/config.py: mp_policy',
      when: isShared,
    },
    {
      options: { sharding: { syncEachBatch: false } },
      source: 'components/distributed/config.py: defer_fsdp_grad_sync is True',
      when: accumulatesOnRanks,
    },
  ],
  refuses: [
    {
      when: ({ strategy }) => strategy.startsWith('zero') || strategy === 'fsdp1',
      reason: 'NeMo Automodel shares a model with fsdp2, hsdp or ddp',
    },
  ],
}
