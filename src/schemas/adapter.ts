import { DESCRIPTION, MODEL_REFERENCE, NAME } from './constraints.js'
import { defaulted, described, nullable } from './fields.js'
import { FinetuningType } from './finetuning-type.js'
import { named } from './identity.js'
import { Lora } from './lora.js'
import * as Type from './typebox.js'

/** An adapter trained on a model, with the fileset that stores it. */
export const Adapter = named(
  Type.Object(
    {
      name: Type.String({
        ...NAME,
        description:
          'Name of the adapter. Name must be unique in the workspace for all Adapters and match the following regex: Allowed characters: letters (a-z, A-Z), digits (0-9), underscores, hyphens, and dots.',
      }),
      workspace: Type.String({
        ...NAME,
        description:
          'Workspace of the adapter. Allowed characters: letters (a-z, A-Z), digits (0-9), underscores, hyphens, and dots.',
      }),
      description: nullable(Type.String(DESCRIPTION), { description: 'Optional description of the adapter' }),
      fileset: Type.String({
        description: 'Fileset where the adapter files are stored expected format {workspace}/{fileset_name}',
      }),
      finetuning_type: described(FinetuningType, 'Type of finetuning (LORA, P_TUNING, etc.)'),
      enabled: defaulted(
        Type.Boolean({
          default: true,
          description: 'Whether to make this adapter available for inference post training',
        }),
      ),
      lora_config: nullable(Lora, { description: 'Lora configuration specifics' }),
      model: nullable(Type.String(MODEL_REFERENCE), {
        description:
          "Parent model entity reference. A single name (2-63 characters) or 'workspace/model_name' where each segment is a valid name (lowercase, digits, hyphens, and temporarily @ . + _; no leading/trailing or consecutive hyphens). If one slash, both sides must be non-empty.",
      }),
      created_at: Type.Optional(Type.String({ format: 'date-time' })),
      updated_at: Type.Optional(Type.String({ format: 'date-time' })),
    },
    { title: 'Adapter' },
  ),
)

/** The static type of {@link Adapter}. */
export type Adapter = Type.Static<typeof Adapter>
