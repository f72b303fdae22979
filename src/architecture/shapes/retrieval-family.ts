import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { Family, FamilyFacts } from '../family.js'
import type { ForwardPass } from '../forward/index.js'
import { container, movedTies } from '../module.js'
import { chooseClass } from './model-class.js'
import { part } from './multimodal-family.js'

/** A multimodal model that makes a small vector of each token, to find pages by (Faysse et al. 2024, arXiv:2407.01449). */
export interface RetrievalFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class name: `ColPali` for `ColPaliForRetrieval`. */
  readonly name: string
  /** The family of the multimodal model in `vlm_config`. */
  readonly inside: string
  /** Whether the class asks the model inside for the hidden states of all layers, and drops them when it returns. */
  readonly keepsStates: boolean
  /** What the class changes in the forward pass of the model inside. Default: nothing. */
  readonly changes?: (forward: ForwardPass) => ForwardPass
}

const HEAD = 'embedding_proj_layer'

/** A family of the shape of ColPali. */
export function retrievalFamily(options: RetrievalFamilyOptions): Family {
  const { modelType, name, inside, keepsStates, changes = (forward: ForwardPass) => forward, ...facts } = options
  return {
    ...facts,
    encodes: true,
    modelTypes: [modelType],
    classPrefix: name,
    describe(config, className, find) {
      const whole = config.object('vlm_config')
      const { root, dimensions, notes, forward } = part(whole, inside, find)
      doubtHead(config, dimensions)
      const vectorSize = config.positive('embedding_dim', 128)
      const chosen = chooseClass(name, className, {
        ForRetrieval: () =>
          container(`${name}ForRetrieval`, {
            vlm: movedTies(root, '', 'vlm.'),
            [HEAD]: linear(dimensions.hiddenSize, vectorSize, { bias: true }),
          }),
      })
      const type = whole.string('model_type', inside)
      const pass = forward && changes(forward)
      return {
        ...chosen,
        dimensions,
        notes: [...chosen.notes, ...notes],
        ...(pass && {
          forward: {
            ...pass,
            vectors: { module: HEAD, keepsStates, caches: whole.object('text_config').boolean('use_cache', true) },
            withoutTraining: withoutTraining(name),
            ...(type !== inside && { undescribed: `no model of ${name} with ${type} in \`vlm_config\`` }),
          },
        }),
      }
    },
  }
}

/** What training needs is the trainer's own (colpali-engine 0.3.18, `contrastive_trainer.py` and `late_interaction_losses.py`). */
const withoutTraining = (name: string): string =>
  `transformers computes no loss in it, and colpali-engine trains a class of its own, ${name}, on pairs of a query and a page in one step; the method inference has a model, and \`vlm_config\` alone can be trained as a language model that sees`

/** The output embedding of the model inside has no use. */
function doubtHead(config: ConfigReader, { tiedEmbeddings, vocabSize, hiddenSize }: Dimensions): void {
  if (!tiedEmbeddings) {
    config.doubt(
      `The output embedding, of ${vocabSize * hiddenSize} parameters, is not used: transformers 5 leaves it out. It is counted here, as in 4.57.`,
    )
  }
}
