import { EXAMPLE_BODY } from '../bodies.js'

const { name: _name, description, spec, prompt, custom_fields, ownership } = JSON.parse(EXAMPLE_BODY.text)

/** A request with the fields of the page's example entity, and a name of its own. */
export function requestBody(name: string): string {
  // The example has both token limits, which a request may not have, and a plugin, which the registry does not allow.
  const tool_call_config = { ...spec?.tool_call_config, tool_call_plugin: null }
  const inference_params = { ...prompt?.inference_params, max_completion_tokens: null }
  return JSON.stringify({
    name,
    description,
    spec: { ...spec, tool_call_config },
    prompt: { ...prompt, inference_params },
    custom_fields,
    ownership,
  })
}
