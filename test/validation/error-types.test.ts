import * as Type from 'typebox'
import { expect, it } from 'vitest'
import {
  ERROR_TYPES,
  type ErrorType,
  type Model,
  type ValidateJsonOptions,
  validateJson,
} from '../../src/validation/index.js'

/** A body that meets each type of error first, for what the body is checked by. */
const EXAMPLES: Readonly<Record<ErrorType, readonly [Model, string, ValidateJsonOptions?]>> = {
  bool_parsing: ['MambaConfig', '{"is_hybrid": "maybe"}'],
  bool_type: ['MambaConfig', '{"is_hybrid": []}'],
  date_from_datetime_inexact: [Type.String({ format: 'date' }), '"2024-01-15T01:00"'],
  date_from_datetime_parsing: [Type.String({ format: 'date' }), '"yesterday"'],
  date_parsing: [Type.String({ format: 'date' }), '"0000-01-01"'],
  date_type: [Type.String({ format: 'date' }), '[]'],
  datetime_from_date_parsing: [Type.String({ format: 'date-time' }), '"yesterday"'],
  datetime_parsing: [Type.String({ format: 'date-time' }), '1e20'],
  datetime_type: [Type.String({ format: 'date-time' }), 'true'],
  dict_type: [Type.Record(Type.String(), Type.Integer()), '[]'],
  enum: ['BackendFormat', '"openai"'],
  extra_forbidden: [Type.Object({}, { additionalProperties: false }), '{"a": 1}'],
  finite_number: ['Lora', '{"rank": NaN}'],
  float_parsing: ['InferenceParams', '{"top_p": "much"}'],
  float_type: ['InferenceParams', '{"top_p": {}}'],
  greater_than: [Type.Number({ exclusiveMinimum: 0 }), '0'],
  greater_than_equal: ['InferenceParams', '{"max_tokens": 0}'],
  int_from_float: ['Lora', '{"rank": 1.5}'],
  int_parsing: ['Lora', '{"rank": "eight"}'],
  int_parsing_size: ['Lora', '{"rank": 9007199254740993}'],
  int_type: ['Lora', '{"rank": null}'],
  json_invalid: ['Lora', '{'],
  less_than: [Type.Integer({ exclusiveMaximum: 10 }), '10'],
  less_than_equal: ['InferenceParams', '{"temperature": 3}'],
  list_type: [Type.Array(Type.String()), '{}'],
  literal_error: [Type.Literal('a'), '"b"'],
  missing: ['Lora', '{}'],
  model_attributes_type: ['Lora', '[]'],
  model_type: ['Lora', '[]', { mode: 'strict' }],
  string_pattern_mismatch: ['CreateModelEntityRequest', '{"name": "a b"}'],
  string_too_long: ['ToolCallConfig', `{"tool_call_parser": "${'x'.repeat(256)}"}`],
  string_too_short: [Type.String({ minLength: 1 }), '""'],
  string_type: ['ToolCallConfig', '{"tool_call_parser": 1}'],
  string_unicode: ['CreateModelEntityRequest', '{"name": "\\ud800"}'],
  time_parsing: [Type.String({ format: 'time' }), '"24:00"'],
  time_type: [Type.String({ format: 'time' }), '[]'],
  too_long: [Type.Array(Type.String(), { maxItems: 1 }), '["a", "b"]'],
  too_short: [Type.Array(Type.String(), { minItems: 1 }), '[]'],
  tuple_type: [Type.Tuple([Type.String()]), '{}'],
  url_parsing: ['APIEndpointData', '{"url": "nowhere"}'],
  url_syntax_violation: ['APIEndpointData', '{"url": "https:host"}', { mode: 'strict' }],
  url_type: ['APIEndpointData', '{"url": 1}'],
  uuid_parsing: [Type.String({ format: 'uuid' }), '"x"'],
  uuid_type: [Type.String({ format: 'uuid' }), '1'],
  value_error: [Type.String({ format: 'model-reference' }), '"Llama"'],
}

it.each(Object.entries(EXAMPLES))('%s is reported for what it is for', (type, [model, body, options]) => {
  const result = validateJson(model, body, options)
  if (result.ok || result.status !== 422) throw new Error(JSON.stringify(result))
  expect(result.detail[0]?.type).toBe(type)
  expect(result.detail[0]?.msg).not.toMatch(/[{}]|undefined/)
})

it('has an example for every type', () => {
  expect(Object.keys(EXAMPLES)).toStrictEqual(Object.keys(ERROR_TYPES))
})
