import { nullable } from './fields.js'
import { named } from './identity.js'
import * as Type from './typebox.js'

/** Parameters of an inference request. Unknown fields are kept and passed on. */
export const InferenceParams = named(
  Type.OpenObject(
    {
      model: nullable(Type.String(), { description: 'Model identifier' }),
      temperature: nullable(Type.Number({ minimum: 0, maximum: 2, format: 'double' }), {
        description:
          "Float value between 0 and 1. temp of 0 indicates greedy decoding, where the token with highest prob is chosen. Temperature can't be set to 0.0 currently",
      }),
      max_tokens: nullable(Type.Integer({ minimum: 1 }), { description: 'Max tokens to generate' }),
      max_completion_tokens: nullable(Type.Integer({ minimum: 1 }), { description: 'Max tokens to generate' }),
      top_p: nullable(Type.Number({ minimum: 0, maximum: 1, format: 'double' }), {
        description:
          'Float value between 0 and 1; limits to the top tokens within a certain probability. top_p=0 means the model will only consider the single most likely token for the next prediction',
      }),
      stop: nullable(Type.Array(Type.String())),
    },
    {
      title: 'InferenceParams',
      description:
        'Parameters for model inference. Extra fields can be supplied for additional options applied to the inference request directly. Fields not supported by the model may cause inference errors during evaluation.',
      atMostOne: {
        fields: ['max_tokens', 'max_completion_tokens'],
        error:
          'max_tokens and max_completion_tokens cannot both be configured. Choose the appropriate tokens parameter for the model.',
      },
    },
  ),
)

/** The static type of {@link InferenceParams}. */
export type InferenceParams = Type.Static<typeof InferenceParams>
