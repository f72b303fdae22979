export {
  FILESET_SCHEME,
  type FilesetRef,
  formatFilesetRef,
  isFilesetRef,
  isSameFileset,
  parseFilesetRef,
} from './fileset-ref.js'
export {
  formatInferenceModelId,
  type InferenceModelId,
  isInferenceModelId,
  type LoraComposite,
  parseInferenceModelId,
} from './inference-model-id.js'
export {
  formatModelProviderRef,
  isModelProviderRef,
  type ModelProviderRef,
  parseModelProviderRef,
} from './model-provider-ref.js'
export {
  formatModelNameSegment,
  formatModelRef,
  isModelNameSegment,
  isModelRef,
  isSameModel,
  type ModelRef,
  parseModelNameSegment,
  parseModelRef,
  resolveModelRef,
} from './model-ref.js'
export { formatName, formatProjectUrn, isName, isProjectUrn, parseName, parseProjectUrn } from './name.js'
export type { ReferenceParser, ReferenceProblem, ReferenceResult } from './result.js'
export {
  ALL_WORKSPACES,
  DEFAULT_WORKSPACE,
  formatWorkspace,
  isWorkspace,
  parseWorkspace,
  SYSTEM_WORKSPACE,
  type Workspace,
  type WorkspaceMeaning,
} from './workspace.js'
