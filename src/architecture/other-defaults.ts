import type { ConfigReader } from './config-reader.js'
import { configType } from './config-types.js'
import type { Dimensions } from './dimensions.js'
import type { FamilyFacts } from './family.js'

/**
 * Finds fields that a config leaves out and whose default differs between the classes of transformers 4.57 and 5. That of 4.57
 * is used, except in families that only 5 has.
 *
 * @param modelType - the family of the config
 * @returns one sentence for each
 */
export function otherDefaults(
  config: ConfigReader,
  modelType: string,
  { tiedEmbeddings }: Dimensions,
  { otherDefaults: otherDefaultsOf = {} }: FamilyFacts = {},
): string[] {
  const fields = configType(modelType)?.fields
  const tied = fields?.has('!tied') ? true : fields?.has('!untied') ? false : undefined
  return [
    ...(tied !== undefined && tied !== tiedEmbeddings && config.raw('tie_word_embeddings') === undefined
      ? [
          `${[...config.place, 'tie_word_embeddings'].join('.')} is absent in the config of the whole, where transformers 5 takes ${tied} by default. ${tiedEmbeddings}, that of its language model, is used here, as in 4.57.`,
        ]
      : []),
    ...Object.entries(otherDefaultsOf)
      .filter(([name]) => config.raw(name) === undefined)
      .map(
        ([name, { here, in5 }]) =>
          `${name} is absent: ${here}, the default of transformers 4.57, is used here. That of 5 is ${in5}.`,
      ),
  ]
}
