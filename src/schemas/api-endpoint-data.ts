import { nullable } from './fields.js'
import { named } from './identity.js'
import * as Type from './typebox.js'

/** Where a model is served, and how to reach it. */
export const APIEndpointData = named(
  Type.Object(
    {
      url: nullable(Type.String({ format: 'uri' }), { description: 'Endpoint URL' }),
      model_id: nullable(Type.String(), { description: 'Model identifier at the endpoint' }),
      api_key: nullable(Type.String(), { description: 'API key for authentication' }),
      format: nullable(Type.String(), { description: 'API format (e.g., openai, nvidia)' }),
    },
    { title: 'APIEndpointData', description: 'Data about an inference endpoint.' },
  ),
)

/** The static type of {@link APIEndpointData}. */
export type APIEndpointData = Type.Static<typeof APIEndpointData>
