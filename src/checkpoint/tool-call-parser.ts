/**
 * The parser that reads a model's tool calls, told by the words that its chat template puts around them.
 *
 * The names are vLLM's (`--tool-call-parser`), which the page's examples use too; the marks are those of the templates that
 * vLLM's documentation of tool calling names for each parser. The first mark found decides: the special go before the general.
 */
export function toolCallParserOf(template: string): string | undefined {
  if (!template.includes('tool')) return undefined
  return MARKS.find(({ marks }) => marks.every((mark) => template.includes(mark)))?.parser
}

const MARKS: readonly { parser: string; marks: readonly string[] }[] = [
  { parser: 'openai', marks: ['<|channel|>', '<|call|>'] },
  { parser: 'deepseek_v31', marks: ['<｜tool▁calls▁begin｜>', '<｜tool▁sep｜>{'] },
  { parser: 'deepseek_v3', marks: ['<｜tool▁calls▁begin｜>'] },
  { parser: 'kimi_k2', marks: ['<|tool_calls_section_begin|>'] },
  { parser: 'minimax_m2', marks: ['<minimax:tool_call>'] },
  { parser: 'glm45', marks: ['<arg_key>', '<tool_call>'] },
  { parser: 'qwen3_coder', marks: ['<tool_call>', '<function='] },
  { parser: 'internlm', marks: ['<|action_start|>', '<|plugin|>'] },
  { parser: 'mistral', marks: ['[TOOL_CALLS]'] },
  { parser: 'granite-20b-fc', marks: ['<function_call>'] },
  { parser: 'granite', marks: ['<|tool_call|>', '<|start_of_role|>'] },
  { parser: 'phi4_mini_json', marks: ['<|tool|>', '<|/tool|>'] },
  { parser: 'jamba', marks: ['<tool_calls>', '</tool_calls>'] },
  { parser: 'hermes', marks: ['<tool_call>'] },
  { parser: 'llama4_pythonic', marks: ['<|header_start|>', 'ipython'] },
  { parser: 'llama3_json', marks: ['<|start_header_id|>', 'ipython'] },
]
