import { named } from './identity.js'
import * as Type from './typebox.js'

/** The wire format that an inference backend speaks. */
export const BackendFormat = named(
  Type.Enum(['OPENAI_CHAT', 'ANTHROPIC_MESSAGES'], {
    title: 'BackendFormat',
    description: 'Inference backend API wire formats understood by IGW and middleware plugins.',
  }),
)

/** The static type of {@link BackendFormat}. */
export type BackendFormat = Type.Static<typeof BackendFormat>
