export type { ConfigObject } from '../architecture/index.js'
export { architectureFromSafetensors, type CheckpointArchitecture } from './architecture-from-safetensors.js'
export {
  type CheckpointComparison,
  compareCheckpoint,
  compareParameters,
  type ShapeDifference,
} from './compare-checkpoint.js'
export { DTYPE_BITS, type Dtype } from './dtype.js'
export {
  type LogicalParameter,
  type LogicalParameters,
  logicalParameters,
  type UnknownStorage,
} from './logical-parameters.js'
export {
  type MinimumGpusEstimate,
  modelSpecFromArchitecture,
  modelSpecFromConfig,
  type SpecExtras,
  type SpecWithNotes,
} from './model-spec-from-config.js'
export { type AdapterIdentity, adapterFromPeft, type PeftAdapter } from './peft-adapter.js'
export { type Precision, type PrecisionSources, precisionOf } from './precision.js'
export type { FormatOfModules, Quantisation, QuantisationFiles } from './quantisation/quantisation.js'
export { quantisationOf } from './quantisation/quantisation-of-config.js'
export type { QuantisationScheme, StoredTensors } from './quantisation/stored-weight.js'
export type { WeightFormat } from './quantisation/weight-format.js'
export {
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  type SafetensorsHeaderOptions,
  type StoredTensor,
  safetensorsHeaderLength,
} from './safetensors-header.js'
export { type GgufHeader, modelSpecFromGguf } from './spec-from-gguf.js'
