import {
  addsRouterLoss,
  dividesMatrices,
  hasStages,
  isQuantized,
  isShared,
  mayBeSelective,
  type Preset,
} from './preset.js'

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
  leavesOut: [
    {
      when: dividesMatrices,
      what: 'ranks that share matrices also have shares of each sequence between blocks, and of the vocabulary in the loss, so that they need less than this, the plan of transformers: each rank has all tokens, and the gathered logits of a chunk (torchtitan 0.3.0, config/configs.py: enable_sequence_parallel; components/loss.py: _LossParallelCrossEntropy)',
    },
    {
      when: hasStages,
      what: 'stages get equal parts of the layers here; its own count the embeddings and the head as a layer each (torchtitan 0.3.0, config/configs.py: pipeline_parallel_first_stage_less_layers, pipeline_parallel_last_stage_less_layers). FSDP2 gathers the embeddings, and norm and head, on their own there, which frees the head between micro-batches (distributed/fsdp.py: apply_fsdp_to_decoder)',
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
