import { describe, expect, it } from 'vitest'
import { toolCallParserOf } from '../../src/checkpoint/tool-call-parser.js'

/** The lines in which published templates write a call, shortened to what tells them apart. */
const TEMPLATES: readonly (readonly [name: string, template: string, parser: string | undefined])[] = [
  [
    'DeepSeek V3',
    "{{'<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>' + tool['type'] + '<｜tool▁sep｜>' + tool['function']['name'] + '\\n' + '```json' + '\\n'}}",
    'deepseek_v3',
  ],
  [
    'DeepSeek V3.1',
    "{{ '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>' + t.function.name + '<｜tool▁sep｜>' + t.function.arguments }}",
    'deepseek_v31',
  ],
  [
    'GLM 4.5',
    "{{ '\\n<tool_call>' + tc.name }}\n{% for k, v in _args.items() %}\n<arg_key>{{ k }}</arg_key>\n<arg_value>{{ v }}</arg_value>",
    'glm45',
  ],
  [
    'GLM 4.7',
    "{{- '<tool_call>' + tc.name -}}{% for k, v in _args.items() %}<arg_key>{{ k }}</arg_key><arg_value>{{ v }}</arg_value>",
    'glm47',
  ],
  [
    'Qwen 2.5',
    '{{- \'\\n<tool_call>\\n{"name": "\' }}{{- tool_call.name }}{{- \'", "arguments": \' }}{{- tool_call.arguments | tojson }}',
    'hermes',
  ],
  ['Qwen3-Coder', "{{- '\\n<tool_call>\\n<function=' + tool_call.name + '>\\n' }}", 'qwen3_coder'],
  [
    'DeepSeek V3.2',
    "{%- set dsml_token = '｜DSML｜' -%}\n<{{ dsml_token }}function_calls>{% for tool_call in message.tool_calls %}\n<{{ dsml_token }}invoke name=",
    'deepseek_v32',
  ],
  [
    'DeepSeek V4',
    "{%- set dsml_token = '｜DSML｜' -%}{% if message.tool_calls %}{{- '<' + dsml_token + 'tool_calls>\\n' -}}",
    'deepseek_v4',
  ],
  [
    'Command R7B',
    '<|START_ACTION|>[{% for tc in message.tool_calls %}{"tool_call_id": "{{ i }}", "tool_name": "{{ tc.name }}", "parameters":',
    'cohere_command3',
  ],
  ['Gemma 4', "{{- '<|tool_call>call:' + function['name'] + '{' -}}", 'gemma4'],
  ['FunctionGemma', "{{ '<start_function_call>call:' + tool.name + '{' }}", 'functiongemma'],
  ['LFM2', "{{- '<|tool_call_start|>' + tool_call + '<|tool_call_end|>' -}}", 'lfm2'],
  ['Olmo 3', "{{ '<function_calls>' + tool_calls + '</function_calls>' }}", 'olmo3'],
  [
    'Granite 4',
    '<|start_of_role|>assistant<|end_of_role|>{{- \'<tool_call>\\n{"name": "\' }}{{ call.name }}{{ \'", "arguments": \' }}',
    'granite4',
  ],
  ['Hunyuan A13B', "{{ '<|startoftext|>' }}{{ '<tool_calls>[' + calls + ']</tool_calls>' }}", 'hunyuan_a13b'],
  ['Jamba', "{% set bom_str = '<|bom|>' %}{{ '<tool_calls>[' }}{{ tool_calls }}{{ ']</tool_calls>' }}", 'jamba'],
  [
    'Llama 3.1',
    '<|start_header_id|>ipython<|end_header_id|>{{- \'{"name": "\' + tool_call.name + \'", \' }}{{- \'"parameters": \' }}',
    'llama3_json',
  ],
  [
    'Llama-Nemotron, which keeps the roles of Llama and writes calls in another way',
    '{% set start = \'<|start_header_id|>\' %}{{ \'<TOOLCALL>[{"name": "\' + fn.name + \'", "arguments": \' }}',
    undefined,
  ],
  [
    'Ling 3, which writes the tags of GLM',
    "<role>ASSISTANT</role>{{ '<tool_call>' + t.name }}<arg_key>{{ k }}</arg_key><arg_value>{{ v }}</arg_value>",
    'ling3',
  ],
  [
    'one that nobody knows between the same tags',
    "{{ '<tool_call>' + call.name + '(' + call.args + ')</tool_call>' }}",
    undefined,
  ],
  ['one without tools', '{{ messages[0].content }}', undefined],
]

describe('the parser of tool calls', () => {
  it.each(TEMPLATES)('of %s', (_, template, parser) => {
    expect(toolCallParserOf(template)).toBe(parser)
  })
})

/** The markers that each parser of vLLM 0.33 looks for, alone. */
const MARKERS: readonly (readonly [markers: string, parser: string | undefined])[] = [
  ['<|channel|> <|call|>', 'openai'],
  ['<|channel|>', undefined],
  ['<|START_ACTION|> <|START_TEXT|>', 'cohere_command4'],
  ['<|START_ACTION|> tool_call_id tool_name', 'cohere_command3'],
  ['<|START_ACTION|> tool_name', undefined],
  ['<|tool_calls_section_begin|>', 'kimi_k2'],
  ['<|open|> <|close|> <|sep|>', 'kimi_k3'],
  ['<|open|> <|close|>', undefined],
  [']<]minimax[>[', 'minimax_m3'],
  ['<minimax:tool_call>', 'minimax_m2'],
  ['<seed:tool_call>', 'seed_oss'],
  ['<longcat_tool_call>', 'longcat'],
  ['<ifm|tool_call>', 'k2_horizon'],
  ['<steptml:invoke', 'step3'],
  ['<dots_function_call>', 'dots'],
  ['<|tools_prefix|>', 'apertus'],
  ['<|content_invoke_tool_json|>', 'inkling'],
  ['function call<|role_sep|>', 'gigachat3'],
  ['<|function_call|>', 'gigachat3'],
  ['<atem: <tool_call> <function=', undefined],
  ['<tool_sep:x> <arg_key:x>', 'hy_v3'],
  ['<tool_calls:x> <arg_key>', 'hy_v4'],
  ['<tool_call> </arg_key> <role>', 'ling3'],
  ['<tool_call> </arg_key> </assistant>', 'poolside_v1'],
  ['<tool_call> <function=', 'qwen3_coder'],
  ['<function name= <param name=', 'minicpm5'],
  ['<|action_start|> <|plugin|>', 'internlm'],
  ['[TOOL_CALLS]', 'mistral'],
  ['<function_call>', 'granite-20b-fc'],
  ['<|tool_call|> <|start_of_role|>', 'granite'],
  ['<tool_call> <|start_of_role|>', 'granite4'],
  ['<|tool|> <|/tool|>', 'phi4_mini_json'],
  ['<|tool|>', undefined],
  ['<tool_calls> <|extra_0|>', 'hunyuan_a13b'],
  ['<tool_calls> <｜hy_begin｜>', 'hunyuan_a13b'],
  ['<tool_calls> </tool_calls>', 'jamba'],
  ['<tool_call> <response> </think>', 'ernie45'],
  ['<tool_call> <response>', undefined],
  ['<|header_start|> ipython', 'llama4_pythonic'],
  ['<|start_header_id|> ipython', 'llama3_json'],
]

describe('the markers of tool calls', () => {
  it.each(MARKERS)('%s: %s', (markers, parser) => expect(toolCallParserOf(`{{ tools }} ${markers}`)).toBe(parser))

  // Hermes writes a call as an object with `name` and `arguments`, in the quotes and with the blanks of the template.
  it.each([
    ['{"name": "f", "arguments": {}}', 'hermes'],
    [`{'name' : 'f', 'arguments' : {}}`, 'hermes'],
    ['{\n  "name": "f",\n  "arguments": {}}', 'hermes'],
    ['{\\"name\\": \\"f\\", \\"arguments\\": {}}', 'hermes'],
    ['{"id": 1, "name": "f", "arguments": {}}', undefined],
    ['{x"name": "f", "arguments": {}}', undefined],
    ['{"name": "f", "parameters": {}}', undefined],
    ['{"name" x: "f", "arguments": {}}', undefined],
    ['{"name": "f", "arguments" x: {}}', undefined],
    ['{name: "f", "arguments": {}}', undefined],
  ])('around %s: %s', (call, parser) => {
    expect(toolCallParserOf(`{{ tools }} <tool_call>${call}</tool_call>`)).toBe(parser)
    expect(toolCallParserOf(`{{ tools }} <call>${call}</call>`)).toBeUndefined()
  })

  it('of GLM are told by what is between two tags', () => {
    const parser = (between: string) => toolCallParserOf(`{{ tools }} <tool_call> </arg_key>${between}<arg_value>`)
    expect([parser('\n'), parser(' \n  '), parser('\\n'), parser('\\n ')]).toStrictEqual([
      ...['glm45', 'glm45', 'glm45', 'glm45'],
    ])
    expect([parser(''), parser('{{ x }}'), parser('x'.repeat(80)), parser('x'.repeat(81))]).toStrictEqual([
      ...['glm47', 'glm47', 'glm47', undefined],
    ])
  })

  it('count whole', () => {
    const close = [
      ...['<channel|> <|call|>', '<tool_seps> <arg_key>', '<tool_callsx> <arg_key>', '<tool_callx> </arg_key> <role>'],
      ...[
        '[TOOL_CALLS',
        '<|tool|> <|tool|>',
        '<tool_calls> <|extra_|>',
        '<tool_calls> <｜hx_',
        '<tool_call> <functions=',
      ],
      ...['<|header_start|> python', '｜DSML｜ tool_calls>', '｜DSML｜ function_calls'],
    ]
    for (const markers of close) expect(toolCallParserOf(`{{ tools }} ${markers}`), markers).toBeUndefined()
    for (const mark of ['"', "'", '｜', '}'])
      expect(toolCallParserOf(`{{ tools }} ｜DSML｜ ${mark}tool_calls>`)).toBe('deepseek_v4')
    expect(toolCallParserOf('{{ tools }} <|tool_call>call:')).toBe('gemma4')
    expect(toolCallParserOf('{{ tools }} <|tool_call> \n call:')).toBe('gemma4')
    expect(toolCallParserOf('{{ tools }} <|tool_call>xcall:')).toBeUndefined()
    expect(toolCallParserOf('{{ tools }} <tool_calls> <|extra_12|>')).toBe('hunyuan_a13b')
  })

  it('mean nothing in a template that knows no tools and functions', () => {
    expect(toolCallParserOf('[TOOL_CALLS]')).toBeUndefined()
    expect(toolCallParserOf('[TOOL_CALLS] function')).toBe('mistral')
  })
})
