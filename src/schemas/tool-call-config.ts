import { TOOL_CALL } from './constraints.js'
import { nullable } from './fields.js'
import { named } from './identity.js'
import * as Type from './typebox.js'

/** Tool calling in a deployment of the model. */
export const ToolCallConfig = named(
  Type.Object(
    {
      tool_call_parser: nullable(Type.String(TOOL_CALL), {
        description:
          "Name of the tool call parser to use (e.g., 'openai', 'hermes', 'pythonic', 'llama3_json', 'mistral').",
      }),
      tool_call_plugin: nullable(Type.String(TOOL_CALL), {
        description:
          "Reference to a fileset containing the custom tool call plugin Python file. Expected format: '{workspace}/{fileset_name}'. The fileset is mounted separately from the model checkpoint at deployment time.",
      }),
      auto_tool_choice: nullable(Type.Boolean(), {
        description:
          'Whether to enable automatic tool choice. When enabled, the model can decide to call tools without explicit user instruction.',
      }),
    },
    { title: 'ToolCallConfig', description: 'Configuration for tool calling support in NIM deployments.' },
  ),
)

/** The static type of {@link ToolCallConfig}. */
export type ToolCallConfig = Type.Static<typeof ToolCallConfig>
