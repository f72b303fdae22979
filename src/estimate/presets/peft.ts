import { type Preset, REDUCES_LAST, trainsWeights } from './preset.js'

/** PEFT alone, in a training loop of your own. */
export const PEFT: Preset = {
  package: 'peft',
  version: '0.21.2',
  values: [
    { options: { method: 'lora' }, source: 'mapping_func.py: get_peft_model freezes the weights' },
    { options: { lora: { rank: 8, loraDropout: 0 } }, source: 'tuners/lora/config.py: r and lora_dropout' },
    { options: { adapterDtype: 'float32' }, source: 'mapping_func.py: autocast_adapter_dtype is True' },
    { ...REDUCES_LAST, from: 'transformers 5.24.0' },
  ],
  refuses: [{ when: trainsWeights, reason: 'PEFT trains adapters; use the method lora or qlora' }],
}
