import { defaulted } from './fields.js'
import { named } from './identity.js'
import * as Type from './typebox.js'

/** The state-space (Mamba) layers of a model, alone or together with attention. */
export const MambaConfig = named(
  Type.Object(
    {
      is_hybrid: Type.Boolean({ description: 'Whether model is Mamba-Transformer hybrid' }),
      num_mamba_layers: Type.Integer({ description: 'Number of Mamba/SSM layers' }),
      num_attention_layers: defaulted(
        Type.Integer({ default: 0, description: 'Number of attention layers (for hybrids)' }),
      ),
      num_mlp_layers: defaulted(
        Type.Integer({ default: 0, description: 'Number of standalone MLP layers (for interleaved architectures)' }),
      ),
      state_size: defaulted(Type.Integer({ default: 16, description: 'SSM state expansion factor (d_state)' })),
      conv_kernel: defaulted(Type.Integer({ default: 4, description: 'Convolution kernel size for Mamba (d_conv)' })),
    },
    { title: 'MambaConfig', description: 'Mamba/State Space Model configuration.' },
  ),
)

/** The static type of {@link MambaConfig}. */
export type MambaConfig = Type.Static<typeof MambaConfig>
