import { nullable } from './fields.js'
import { named } from './identity.js'
import { InferenceParams } from './inference-params.js'
import * as Type from './typebox.js'

/** Prompts and inference parameters that come with a model. */
export const PromptData = named(
  Type.Object(
    {
      system_prompt: nullable(Type.String(), { description: 'System prompt template' }),
      icl_few_shot_examples: nullable(Type.String(), { description: 'In-context learning examples' }),
      inference_params: nullable(InferenceParams, { description: 'Inference parameters that should be overridden.' }),
      system_prompt_template: nullable(Type.String(), {
        description:
          'The template which will be used to compile the final prompt used for prompting the LLM. Currently supports only {{icl_few_shot_examples}}',
      }),
    },
    { title: 'PromptData', description: 'Configuration for prompt engineering.' },
  ),
)

/** The static type of {@link PromptData}. */
export type PromptData = Type.Static<typeof PromptData>
