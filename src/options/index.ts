export { checkOptions, checkValue, type OptionTable, optionsIn } from './check-options.js'
export {
  anything,
  boolean,
  choice,
  func,
  integer,
  limit,
  listOf,
  nested,
  nullable,
  number,
  object,
  oneOf,
  recordOf,
  required,
  text,
} from './kinds.js'
export { distance, nearest, nearNames } from './nearest.js'
export type { OptionKind, RequiredKind } from './option-kind.js'
export { quoted } from './quoted.js'
export { typeName } from './type-name.js'
export { modelName, unknownModel } from './unknown-model.js'
