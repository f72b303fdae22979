import { named } from './identity.js'
import * as Type from './typebox.js'

/** The ways in which a model or an adapter can have been fine-tuned. */
export const FinetuningType = named(
  Type.Enum(
    [
      'lora_merged',
      'all_weights',
      'last_layer',
      'top_layers',
      'gradual_unfreezing',
      'bias_only',
      'attention_only',
      'lora',
      'qlora',
      'adalora',
      'dora',
      'lora_plus',
      'prompt_tuning',
      'prefix_tuning',
      'p_tuning',
      'p_tuning_v2',
      'soft_prompt',
      'ppo',
      'dpo',
      'cdpo',
      'ipo',
      'orpo',
      'kto',
      'rrhf',
      'grpo',
    ],
    { title: 'FinetuningType', description: 'Finetuning types.' },
  ),
)

/** The static type of {@link FinetuningType}. */
export type FinetuningType = Type.Static<typeof FinetuningType>
