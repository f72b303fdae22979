/** PEFT's task types, and the heads that it copies and trains with them. */

/** What PEFT does with the class of a task. */
export interface PeftTask {
  /** PEFT's task type for the class. */
  readonly peft?: string
  /** The names of heads that PEFT adds to `modules_to_save` for the task (PEFT 0.21, `peft_model.py`). */
  readonly heads: readonly string[]
}

/** The task of a class that labels something; absent for others. */
export function taskOf(className: string): PeftTask | undefined {
  return Object.entries(TASKS).find(([ending]) => className.endsWith(ending))?.[1]
}

/** The heads that PEFT copies and trains with the task type of a class; absent if it has none. */
export function headsOfTask(className: string): readonly string[] | undefined {
  const task = taskOf(className)
  return task?.peft === undefined ? undefined : task.heads
}

const LABELLED = ['classifier', 'score']

const TASKS: Readonly<Record<string, PeftTask>> = {
  ForSequenceClassification: { peft: 'SEQ_CLS', heads: LABELLED },
  ForTokenClassification: { peft: 'TOKEN_CLS', heads: LABELLED },
  ForQuestionAnswering: { peft: 'QUESTION_ANS', heads: ['qa_outputs'] },
  ForImageClassification: { heads: LABELLED },
}
