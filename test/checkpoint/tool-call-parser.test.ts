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
