import { addsRouterLoss, isQuantized, isShared, mayBeSelective, type Preset } from './preset.js'

/** The recipes of torchtitan. */
export const TORCHTITAN: Preset = {
  package: 'torchtitan',
  version: '0.3.0',
  values: [
    { options: { method: 'full-mixed' }, source: 'config/configs.py: training dtype is float32' },
    {
      options: { recompute: 'selective' },
      source: 'models/llama3/config_registry.py: SelectiveAC for 8B',
      when: mayBeSelective,
    },
    { options: { reentrant: false }, source: 'distributed/activation_checkpoint.py: checkpoint_wrapper' },
    {
      options: { loss: 'chunked-linear' },
      source:
        'components/loss.py: ChunkedLossWrapper, which runs each chunk backward at once; in a pipeline too, on the last stage (trainer.py: set_lm_head)',
    },
    { options: { optimizerStep: 'fused' }, source: 'components/optimizer/optimizer.py: implementation' },
    {
      options: { sharding: { parameterDtype: 'float32', reduceDtype: 'float32' } },
      source: 'config/configs.py: mixed_precision_param and mixed_precision_reduce',
      when: isShared,
    },
    {
      options: { outputRouterLogits: false },
      source: 'models: models of its own, which do not read output_router_logits',
      when: addsRouterLoss,
    },
  ],
  refuses: [
    { when: isQuantized, reason: 'torchtitan has no bitsandbytes, GPTQ or AWQ; use another preset for qlora' },
    {
      when: ({ strategy }) => strategy.startsWith('zero') || strategy === 'fsdp1',
      reason: 'torchtitan shares a model with fsdp2, hsdp or ddp',
    },
  ],
}
