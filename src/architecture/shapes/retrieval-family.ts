import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { Family, FamilyFacts } from '../family.js'
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
}

/** A family of the shape of ColPali. */
export function retrievalFamily({ modelType, name, inside, ...facts }: RetrievalFamilyOptions): Family {
  return {
    ...facts,
    encodes: true,
    modelTypes: [modelType],
    classPrefix: name,
    describe(config, className, find) {
      const { root, dimensions, notes } = part(config.object('vlm_config'), inside, find)
      doubtHead(config, dimensions)
      const vectorSize = config.positive('embedding_dim', 128)
      const chosen = chooseClass(name, className, {
        ForRetrieval: () =>
          container(`${name}ForRetrieval`, {
            vlm: movedTies(root, '', 'vlm.'),
            embedding_proj_layer: linear(dimensions.hiddenSize, vectorSize, { bias: true }),
          }),
      })
      return { ...chosen, dimensions, notes: [...chosen.notes, ...notes] }
    },
  }
}

/** The output embedding of the model inside has no use. */
function doubtHead(config: ConfigReader, { tiedEmbeddings, vocabSize, hiddenSize }: Dimensions): void {
  if (!tiedEmbeddings) {
    config.doubt(
      `The output embedding, of ${vocabSize * hiddenSize} parameters, is not used: transformers 5 leaves it out. It is counted here, as in 4.57.`,
    )
  }
}
