import { nullable } from './fields.js'
import { named } from './identity.js'
import * as Type from './typebox.js'

/** The low-rank adaptation of an adapter: its rank and its scaling. */
export const Lora = named(
  Type.Object(
    {
      alpha: nullable(Type.Integer(), { description: 'Alpha scaling used for this adapter' }),
      rank: Type.Integer({ description: 'LoRA Rank' }),
    },
    { title: 'Lora' },
  ),
)

/** The static type of {@link Lora}. */
export type Lora = Type.Static<typeof Lora>
