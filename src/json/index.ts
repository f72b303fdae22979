export { decodeBody } from './decode-body.js'
export type { JsonError } from './json-error.js'
export type {
  JsonArray,
  JsonBoolean,
  JsonEntry,
  JsonNode,
  JsonNull,
  JsonNumber,
  JsonObject,
  JsonString,
} from './json-node.js'
export { jsonValue } from './json-value.js'
export { DEFAULT_MAX_DEPTH, type ReadJsonOptions, type ReadJsonResult, readJson } from './read-json.js'
export { writeJson } from './write-json.js'
