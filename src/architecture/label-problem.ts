/** What a classifier of sequences or images learns: one of its labels, numbers, or for each label whether it applies. */
export type LabelProblem = 'one label' | 'numbers' | 'several labels'

/**
 * What a config says about that, as `ForSequenceClassificationLoss` of transformers reads it.
 *
 * @param field - a field of the config, by its name
 */
export function labelProblem(field: (name: string) => unknown): LabelProblem {
  const problem = field('problem_type')
  if (problem === 'multi_label_classification') return 'several labels'
  if (problem === 'single_label_classification') return 'one label'
  const names = field('id2label')
  const count = typeof names === 'object' && names !== null ? Object.keys(names).length : field('num_labels')
  return problem === 'regression' || count === 1 ? 'numbers' : 'one label'
}

/** Whether a class chooses its loss that way. */
export const choosesLoss = (className: string): boolean => /For(?:Sequence|Image)Classification$/.test(className)
