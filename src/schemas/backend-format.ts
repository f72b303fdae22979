import * as Type from 'typebox'

/** The wire format that an inference backend speaks. */
export const BackendFormat = Type.Enum(['OPENAI_CHAT', 'ANTHROPIC_MESSAGES'], {
  title: 'BackendFormat',
  type: 'string',
  description: 'Inference backend API wire formats understood by IGW and middleware plugins.',
})

/** The static type of {@link BackendFormat}. */
export type BackendFormat = Type.Static<typeof BackendFormat>
