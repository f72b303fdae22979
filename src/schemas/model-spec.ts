import { defaulted, nullable } from './fields.js'
import { named } from './identity.js'
import { LinearLayerSpec } from './linear-layer-spec.js'
import { MambaConfig } from './mamba-config.js'
import { MoEConfig } from './moe-config.js'
import { SlidingWindowConfig } from './sliding-window-config.js'
import { ToolCallConfig } from './tool-call-config.js'
import * as Type from './typebox.js'

/** The properties of a checkpoint: dimensions, experts, layers, precision, chat template and GPU needs. */
export const ModelSpec = named(
  Type.Object(
    {
      context_size: nullable(Type.Integer(), { description: 'Context window size' }),
      num_virtual_tokens: nullable(Type.Integer(), { description: 'Number of virtual tokens for prompt tuning' }),
      is_chat: nullable(Type.Boolean(), { description: 'Whether this is a chat model' }),
      is_embedding_model: defaulted(
        Type.Boolean({ default: false, description: 'Whether this is an embedding model' }),
      ),
      checkpoint_model_name: Type.String({ description: 'Checkpoint Model identifier or model path' }),
      family: Type.String({ description: "Model architecture family (e.g., 'llama', 'mixtral', 'gpt2')" }),
      num_layers: Type.Integer({ description: 'Number of transformer layers' }),
      hidden_size: Type.Integer({ description: 'Hidden dimension size' }),
      num_attention_heads: Type.Integer({ description: 'Number of attention heads' }),
      num_kv_heads: Type.Integer({ description: 'Number of key-value heads (for GQA/MQA)' }),
      ffn_hidden_size: Type.Integer({ description: 'FFN intermediate size' }),
      vocab_size: Type.Integer({ description: 'Vocabulary size' }),
      tied_embeddings: Type.Boolean({ description: 'Whether embeddings are tied' }),
      gated_mlp: Type.Boolean({ description: 'Whether MLP uses gated activation' }),
      // The one count that outgrows 32 bits: generators of typed languages need to know.
      base_num_parameters: Type.Integer({ format: 'int64', description: 'Total model parameters' }),
      precision: Type.String({
        description: "Model precision (e.g., 'float16', 'bfloat16', 'float32', 'int8', 'int4')",
      }),
      moe_config: nullable(MoEConfig, { description: 'MoE configuration if applicable' }),
      mamba_config: nullable(MambaConfig, { description: 'Mamba/SSM configuration if applicable' }),
      sliding_window_config: nullable(SlidingWindowConfig, {
        description: 'Sliding window attention config if applicable',
      }),
      linear_layers: nullable(Type.Array(LinearLayerSpec), {
        description:
          'List of all linear/Conv1D layers with their dimensions. Used for LoRA parameter estimation without requiring model instantiation. Each entry contains the module name, in_features, and out_features.',
      }),
      chat_template: nullable(Type.String(), {
        description:
          "Jinja2 chat template string for the model. Used by NIM to format chat completions. If not set, the model's built-in tokenizer template is used.",
      }),
      tool_call_config: nullable(ToolCallConfig, {
        description:
          'Tool calling configuration for NIM deployments. Controls how the model handles function/tool calling in chat completions.',
      }),
      minimum_gpus_all_weights: nullable(Type.Integer(), {
        description: 'Minimum GPUs required for full fine-tuning using default configurations.',
      }),
      minimum_gpus_lora: nullable(Type.Integer(), {
        description: 'Minimum GPUs required for LoRA fine-tuning using default configurations.',
      }),
    },
    { title: 'ModelSpec', description: 'Detailed specification for a model.' },
  ),
)

/** The static type of {@link ModelSpec}. */
export type ModelSpec = Type.Static<typeof ModelSpec>
