/**
 * Finds the parser for a model's tool calls from the markers that its chat template writes around them. Returns
 * `undefined` if no rule matches: a wrong parser silently loses calls, so none is guessed.
 *
 * The names are vLLM's (`--tool-call-parser`), which the service's API page uses in its examples too. The markers come from
 * the templates that vLLM's tool-calling documentation lists for each parser. The first matching row decides, so specific
 * rows come before general ones.
 */
export function toolCallParserOf(template: string): string | undefined {
  if (!template.includes('tool')) return undefined
  return PARSERS.find(({ marks }) => marks.every((mark) => mark.test(template)))?.parser
}

const PARSERS: readonly { parser: string; marks: readonly RegExp[] }[] = [
  { parser: 'openai', marks: [/<\|channel\|>/, /<\|call\|>/] },
  { parser: 'deepseek_v32', marks: [/｜DSML｜/] },
  // DeepSeek V3 writes the arguments as a Markdown block; V3.1 writes plain JSON.
  { parser: 'deepseek_v3', marks: [/<｜tool▁calls▁begin｜>/, /```json/] },
  { parser: 'deepseek_v31', marks: [/<｜tool▁calls▁begin｜>/, /<｜tool▁sep｜>/] },
  { parser: 'kimi_k2', marks: [/<\|tool_calls_section_begin\|>/] },
  { parser: 'minimax_m2', marks: [/<minimax:tool_call>/] },
  { parser: 'seed_oss', marks: [/<seed:tool_call>/] },
  { parser: 'longcat', marks: [/<longcat_tool_call>/] },
  // GLM 4.5 and 4.6 write each part of an argument on its own line; 4.7 writes them on one line.
  { parser: 'glm45', marks: [/<tool_call>/, /<\/arg_key>(?:\\n|\s*\n)\s*<arg_value>/] },
  { parser: 'glm47', marks: [/<tool_call>/, /<\/arg_key>[^\n]{0,80}<arg_value>/] },
  { parser: 'qwen3_coder', marks: [/<tool_call>/, /<function=/] },
  { parser: 'internlm', marks: [/<\|action_start\|>/, /<\|plugin\|>/] },
  { parser: 'mistral', marks: [/\[TOOL_CALLS\]/] },
  { parser: 'granite-20b-fc', marks: [/<function_call>/] },
  { parser: 'granite', marks: [/<\|tool_call\|>/, /<\|start_of_role\|>/] },
  { parser: 'phi4_mini_json', marks: [/<\|tool\|>/, /<\|\/tool\|>/] },
  { parser: 'jamba', marks: [/<tool_calls>/, /<\/tool_calls>/] },
  // Hermes writes a call as JSON with `name` and `arguments`; other formats between the same tags need other parsers.
  { parser: 'hermes', marks: [/<tool_call>/, /\{\s*\\?["']name\\?["']\s*:/, /\\?["']arguments\\?["']\s*:/] },
  { parser: 'llama4_pythonic', marks: [/<\|header_start\|>/, /ipython/] },
  { parser: 'llama3_json', marks: [/<\|start_header_id\|>/, /ipython/] },
]
