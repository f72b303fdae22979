import { labelCount } from '../blocks/label-count.js'
import type { ConfigReader } from '../config-reader.js'
import { choosesLoss, labelProblem } from '../label-problem.js'
import type { Program } from './program.js'

/** A program with the loss that a config asks for: a cross entropy, a squared error, or a binary cross entropy for each label. */
export function withLabelLoss(program: Program, config: ConfigReader, className: string): Program {
  const problem = labelProblem((name) => config.raw(name))
  if (problem === 'one label' || !program.loss || !choosesLoss(className)) return program
  const isOne = problem === 'numbers' && labelCount(config) === 1
  return {
    ...program,
    labels: isOne ? ['batch'] : ['batch', labelCount(config)],
    labelType: problem === 'numbers' ? 'model' : 'float32',
    loss: { op: problem === 'numbers' ? 'squaredError' : 'binaryEntropy', of: 'result' },
  }
}
