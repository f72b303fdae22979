import { bertEmbeddings, bertEncoder, configuredBertLayer } from '../blocks/bert.js'
import { embedding } from '../blocks/embedding.js'
import { lookup, make, set, TOKENS } from '../program/index.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** ERNIE 1 to 3 (Sun et al. 2019, arXiv:1904.09223): BERT, with embeddings of tasks in version 3. */
export const ernie = bertFamily({
  modelType: 'ernie',
  name: 'Ernie',
  prefix: 'ernie',
  defaults: BERT_DEFAULTS,
  runs: (_, config) => ({
    isEager: true,
    embeddings: config.boolean('use_task_id', false)
      ? {
          terms: [
            set('tasks', make(TOKENS, 'int64')),
            set('ofTasks', lookup('task_type_embeddings', TOKENS, 'tasks')),
            set('sum', { op: 'addInPlace', of: ['sum', 'ofTasks'] }),
          ],
        }
      : {},
  }),
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers } = sizes
    const positions = config.integer('max_position_embeddings', 512)
    const tasks = config.boolean('use_task_id', false)
      ? { task_type_embeddings: embedding(config.integer('task_type_vocab_size', 3), hiddenSize) }
      : {}
    const segments = config.integer('type_vocab_size', 2)
    return {
      embeddings: bertEmbeddings(hiddenSize, { words: vocabSize, positions, segments }, tasks),
      encoder: bertEncoder(layers, configuredBertLayer('ErnieLayer', config, sizes)),
    }
  },
})
