import { type Architecture, choosesLoss, type LabelProblem, labelProblem } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import { taskOf } from './peft-tasks.js'

/** What an estimate of training a classifier assumes about its loss, and about what PEFT adds for its task. */
export function classifierAssumptions(
  { className, config = {} }: Pick<Architecture, 'className' | 'config'>,
  { method, lora }: Pick<CheckedMemoryOptions, 'method' | 'lora'>,
): string[] {
  const { trains } = methodOf(method)
  const task = taskOf(className)
  if (trains === 'nothing' || !task) return []
  const { peft, heads } = task
  const isSaved = lora?.modulesToSave?.some((name) => heads.includes(name))
  return [
    ...(choosesLoss(className) ? LABELS[labelProblem((name) => config[name])] : []),
    ...(peft && trains === 'adapters' && !isSaved
      ? [
          `the head is frozen: with the task type ${peft}, PEFT also copies and trains it; pass \`modulesToSave\` (${heads.map((name) => `"${name}"`).join(' or ')}) to count that`,
        ]
      : []),
  ]
}

/** What is assumed of labels that are numbers. */
const LABELS: Readonly<Record<LabelProblem, readonly string[]>> = {
  'one label': [],
  numbers: [
    'the loss is a mean squared error (a regression), and labels have the dtype of the parameters: torch computes no gradient between two dtypes',
  ],
  'several labels': ['the loss is a binary cross entropy for each label, and labels are in float32'],
}
