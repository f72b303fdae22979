import * as Type from 'typebox'
import { nullable } from './fields.js'
import { InferenceParams } from './inference-params.js'

/** Prompts and inference parameters that come with a model. */
export const PromptData = Type.Object(
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
)

/** The static type of {@link PromptData}. */
export type PromptData = Type.Static<typeof PromptData>
