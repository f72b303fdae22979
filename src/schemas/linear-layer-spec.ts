import { named } from './identity.js'
import * as Type from './typebox.js'

/** One linear (or Conv1D) layer, to which a LoRA adapter can be attached. */
export const LinearLayerSpec = named(
  Type.Object(
    {
      name: Type.String({ description: "Module name (e.g., 'model.layers.0.self_attn.q_proj')" }),
      in_features: Type.Integer({ description: 'Input feature dimension' }),
      out_features: Type.Integer({ description: 'Output feature dimension' }),
    },
    { title: 'LinearLayerSpec', description: 'Specification for a single linear layer in the model.' },
  ),
)

/** The static type of {@link LinearLayerSpec}. */
export type LinearLayerSpec = Type.Static<typeof LinearLayerSpec>
