import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'

/** What an estimate of training a classifier assumes about its loss, and about what PEFT adds for its task. */
export function classifierAssumptions(
  { className, config = {} }: Pick<Architecture, 'className' | 'config'>,
  { method, lora }: Pick<CheckedMemoryOptions, 'method' | 'lora'>,
): string[] {
  const { trains } = methodOf(method)
  const [, task] = Object.entries(TASKS).find(([ending]) => className.endsWith(ending)) ?? []
  if (trains === 'nothing' || !task) return []
  const { peft, heads, choosesLoss } = task
  const loss = choosesLoss ? otherLoss(config) : undefined
  const isSaved = lora?.modulesToSave?.some((name) => heads.includes(name))
  return [
    ...(loss ? [`the loss is a cross entropy of the logits; for this config transformers computes ${loss}`] : []),
    ...(peft && trains === 'adapters' && !isSaved
      ? [
          `the head is frozen: with the task type ${peft}, PEFT also copies and trains it; pass \`modulesToSave\` (${heads.map((name) => `"${name}"`).join(' or ')}) to count that`,
        ]
      : []),
  ]
}

interface Task {
  /** PEFT's task type for the class. */
  readonly peft?: string
  /** The names of heads that PEFT adds to `modules_to_save` for the task (PEFT 0.21, `peft_model.py`). */
  readonly heads: readonly string[]
  /** Whether the class chooses its loss by `problem_type` and the number of labels. */
  readonly choosesLoss?: boolean
}

const LABELLED = ['classifier', 'score']

const TASKS: Readonly<Record<string, Task>> = {
  ForSequenceClassification: { peft: 'SEQ_CLS', heads: LABELLED, choosesLoss: true },
  ForTokenClassification: { peft: 'TOKEN_CLS', heads: LABELLED },
  ForQuestionAnswering: { peft: 'QUESTION_ANS', heads: ['qa_outputs'] },
  ForImageClassification: { heads: LABELLED, choosesLoss: true },
}

/** The loss of a class that chooses it, if it is no cross entropy (`ForSequenceClassificationLoss` in transformers). */
function otherLoss(config: Readonly<Record<string, unknown>>): string | undefined {
  const { problem_type: problem, id2label, num_labels: count } = config
  if (problem === 'multi_label_classification') return 'a binary cross entropy for each label'
  if (problem === 'single_label_classification') return undefined
  const labels = typeof id2label === 'object' && id2label !== null ? Object.keys(id2label).length : count
  return problem === 'regression' || labels === 1 ? 'a mean squared error (a regression)' : undefined
}
