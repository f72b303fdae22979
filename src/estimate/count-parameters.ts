import {
  type Architecture,
  activeParameters,
  linearGroups,
  type Part,
  parametersByPart,
  totalParameters,
} from '../architecture/index.js'
import { product, sum } from '../architecture/safe-integer.js'
import type { ModelSpec } from '../schemas/index.js'
import { checkModel, checkSpec } from './check-model.js'

/** How many parameters a model has. */
export interface ParameterCount {
  /** Unique parameters: tied parameters count once, buffers do not count. */
  readonly totalParameters: number
  /** Parameters used for one token: only the routed experts that it is sent to. Absent if a `ModelSpec` does not tell. */
  readonly activeParameters?: number
  /** Weights of linear layers, without their biases. Absent if a `ModelSpec` lists no linear layers. */
  readonly linearParameters?: number
  /** The total, by part. Absent for a `ModelSpec`. */
  readonly parts?: Partial<Record<Part, number>>
}

/**
 * Counts the parameters of a model exactly.
 *
 * @param model - an architecture, or a `ModelSpec`, which states its total and lists its linear layers
 * @throws CheckpointError `tensor_too_large` beyond 2^53
 * @throws TypeError for what is neither, such as a `config.json`
 * @example
 * ```ts
 * countParameters(architectureFromConfig({ model_type: 'llama' })).totalParameters // 6738415616
 * ```
 */
export function countParameters(model: Architecture | ModelSpec): ParameterCount {
  checkModel(model)
  return 'root' in model ? ofArchitecture(model) : ofModelSpec(model)
}

function ofArchitecture(model: Architecture): ParameterCount {
  const linear = [...linearGroups(model)].map(({ linear: { inFeatures, outFeatures }, count }) =>
    product([inFeatures, outFeatures, count]),
  )
  return {
    totalParameters: totalParameters(model),
    activeParameters: activeParameters(model),
    linearParameters: sum(linear),
    parts: parametersByPart(model),
  }
}

function ofModelSpec(spec: ModelSpec): ParameterCount {
  checkSpec(spec, ['base_num_parameters'])
  const { base_num_parameters, linear_layers } = spec
  const linear = linear_layers?.map(({ in_features, out_features }) => product([in_features, out_features]))
  return { totalParameters: base_num_parameters, ...(linear && { linearParameters: sum(linear) }) }
}
