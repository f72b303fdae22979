import { defaulted, nullable } from './fields.js'
import { named } from './identity.js'
import * as Type from './typebox.js'

/** Mixture of experts: how many experts a layer routes to, and in how many layers. */
export const MoEConfig = named(
  Type.Object(
    {
      num_experts: Type.Integer({ description: 'Total number of routed experts (sharded by EP)' }),
      num_experts_per_tok: Type.Integer({ description: 'Number of experts activated per token (top-k routing)' }),
      num_expert_layers: Type.Integer({ description: 'Number of layers with MoE' }),
      expert_ffn_size: nullable(Type.Integer(), { description: 'FFN size for experts (if different from main FFN)' }),
      num_shared_experts: defaulted(
        Type.Integer({ default: 0, description: 'Number of shared experts (replicated, not sharded by EP)' }),
      ),
    },
    { title: 'MoEConfig', description: 'Mixture of Experts configuration.' },
  ),
)

/** The static type of {@link MoEConfig}. */
export type MoEConfig = Type.Static<typeof MoEConfig>
