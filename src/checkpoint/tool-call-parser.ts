/**
 * Finds the parser for a model's tool calls from the markers that its chat template writes around them. Returns
 * `undefined` if no rule matches: a wrong parser silently loses calls, so none is guessed.
 *
 * The names are vLLM's (`--tool-call-parser`), which the service's API page uses in its examples too. The markers are those
 * that the parsers of vLLM 0.33 look for (`vllm/tool_parsers`), and those of the templates in its guide to tool calling. The
 * first matching row decides, so specific rows come before general ones.
 */
export function toolCallParserOf(template: string): string | undefined {
  if (!template.includes('tool') && !template.includes('function')) return undefined
  return PARSERS.find(({ marks }) => marks.every((mark) => mark.test(template)))?.parser
}

/** A row without a parser stops the search: several parsers read these markers, or none does. */
const PARSERS: readonly { parser: string | undefined; marks: readonly RegExp[] }[] = [
  { parser: 'openai', marks: [/<\|channel\|>/, /<\|call\|>/] },
  // DeepSeek V3.2 and V4 use the same tags with another name for the block.
  { parser: 'deepseek_v32', marks: [/｜DSML｜/, /function_calls>/] },
  { parser: 'deepseek_v4', marks: [/｜DSML｜/, /["'｜}]tool_calls>/] },
  // DeepSeek V3 writes the arguments as a Markdown block; V3.1 writes plain JSON.
  { parser: 'deepseek_v3', marks: [/<｜tool▁calls▁begin｜>/, /```json/] },
  { parser: 'deepseek_v31', marks: [/<｜tool▁calls▁begin｜>/, /<｜tool▁sep｜>/] },
  { parser: 'cohere_command4', marks: [/<\|START_ACTION\|>/, /<\|START_TEXT\|>/] },
  { parser: 'cohere_command3', marks: [/<\|START_ACTION\|>/, /tool_call_id/, /tool_name/] },
  { parser: 'kimi_k2', marks: [/<\|tool_calls_section_begin\|>/] },
  { parser: 'kimi_k3', marks: [/<\|open\|>/, /<\|close\|>/, /<\|sep\|>/] },
  { parser: 'minimax_m3', marks: [/\]<\]minimax\[>\[/] },
  { parser: 'minimax_m2', marks: [/<minimax:tool_call>/] },
  { parser: 'seed_oss', marks: [/<seed:tool_call>/] },
  { parser: 'longcat', marks: [/<longcat_tool_call>/] },
  { parser: 'k2_horizon', marks: [/<ifm\|tool_call>/] },
  { parser: 'step3', marks: [/<steptml:invoke/] },
  { parser: 'dots', marks: [/<dots_function_call>/] },
  { parser: 'functiongemma', marks: [/<start_function_call>/] },
  { parser: 'gemma4', marks: [/<\|tool_call>\s*call:/] },
  { parser: 'apertus', marks: [/<\|tools_prefix\|>/] },
  { parser: 'lfm2', marks: [/<\|tool_call_start\|>/] },
  { parser: 'inkling', marks: [/<\|content_invoke_tool_json\|>/] },
  { parser: 'gigachat3', marks: [/function call<\|role_sep\|>|<\|function_call\|>/] },
  // Muse has several parsers for the same tags.
  { parser: undefined, marks: [/<atem:/] },
  // Hunyuan names its tags with a suffix, such as <tool_call:opensource>. Its version 3 ends the name with a separator.
  { parser: 'hy_v3', marks: [/<tool_sep[:>]/, /<arg_key[:>]/] },
  { parser: 'hy_v4', marks: [/<tool_calls[:>]/, /<arg_key[:>]/] },
  // Ling 3 and Poolside's models write the tags of GLM between roles of their own.
  { parser: 'ling3', marks: [/<tool_call>/, /<\/arg_key>/, /<role>/] },
  { parser: 'poolside_v1', marks: [/<tool_call>/, /<\/arg_key>/, /<\/assistant>/] },
  // GLM 4.5 and 4.6 write each part of an argument on its own line; 4.7 writes them on one line.
  { parser: 'glm45', marks: [/<tool_call>/, /<\/arg_key>(?:\\n|\s*\n)\s*<arg_value>/] },
  { parser: 'glm47', marks: [/<tool_call>/, /<\/arg_key>[^\n]{0,80}<arg_value>/] },
  { parser: 'qwen3_coder', marks: [/<tool_call>/, /<function=/] },
  { parser: 'minicpm5', marks: [/<function name=/, /<param name=/] },
  { parser: 'internlm', marks: [/<\|action_start\|>/, /<\|plugin\|>/] },
  { parser: 'mistral', marks: [/\[TOOL_CALLS\]/] },
  { parser: 'olmo3', marks: [/<function_calls>/] },
  { parser: 'granite-20b-fc', marks: [/<function_call>/] },
  { parser: 'granite', marks: [/<\|tool_call\|>/, /<\|start_of_role\|>/] },
  { parser: 'granite4', marks: [/<tool_call>/, /<\|start_of_role\|>/] },
  { parser: 'phi4_mini_json', marks: [/<\|tool\|>/, /<\|\/tool\|>/] },
  // Jamba and Hunyuan A13B write lists of calls between the same tags.
  { parser: 'hunyuan_a13b', marks: [/<tool_calls>/, /<\|startoftext\|>|<\|extra_\d+\|>|<｜hy_/] },
  { parser: 'jamba', marks: [/<tool_calls>/, /<\/tool_calls>/] },
  { parser: 'ernie45', marks: [/<tool_call>/, /<response>/, /<\/think>/] },
  // Hermes writes a call as JSON with `name` and `arguments`; other formats between the same tags need other parsers.
  { parser: 'hermes', marks: [/<tool_call>/, /\{\s*\\?["']name\\?["']\s*:/, /\\?["']arguments\\?["']\s*:/] },
  { parser: 'llama4_pythonic', marks: [/<\|header_start\|>/, /ipython/] },
  { parser: 'llama3_json', marks: [/<\|start_header_id\|>/, /ipython/] },
]
