import { describe, expect, it } from 'vitest'
import { architectureFromConfig, linearLayers } from '../../src/architecture/index.js'
import { countParameters } from '../../src/estimate/index.js'

describe('countParameters', () => {
  const mixtral = architectureFromConfig({ model_type: 'mixtral', num_hidden_layers: 2 })

  it('counts all parameters, and those that one token meets', () => {
    const { totalParameters, activeParameters } = countParameters(mixtral)
    const expert = 3 * 4096 * 14336
    expect(totalParameters - Number(activeParameters)).toBe(2 * (8 - 2) * expert)
  })

  it('has parts that add up to the total', () => {
    const { totalParameters, parts = {} } = countParameters(mixtral)
    expect(Object.values(parts).reduce((a, b) => a + b)).toBe(totalParameters)
  })

  it('counts the weights of linear layers alike on an architecture and on its ModelSpec', () => {
    const layers = [...linearLayers(mixtral)].map(({ name, inFeatures, outFeatures }) => ({
      name,
      in_features: inFeatures,
      out_features: outFeatures,
    }))
    const spec = {
      ...{ checkpoint_model_name: 'a', family: 'mixtral', num_layers: 2, hidden_size: 4096, num_attention_heads: 32 },
      ...{ num_kv_heads: 8, ffn_hidden_size: 14336, vocab_size: 32000, tied_embeddings: false, gated_mlp: true },
      ...{ base_num_parameters: 3_160_000_000, precision: 'bfloat16', linear_layers: layers },
    }
    expect(countParameters(spec)).toEqual({
      totalParameters: 3_160_000_000,
      linearParameters: countParameters(mixtral).linearParameters,
    })
  })

  it('refuses a model that no number can count', () => {
    const endless = architectureFromConfig({ model_type: 'llama', vocab_size: 2 ** 45 })
    expect(() => countParameters(endless)).toThrow(/more than 2\^53 parameters/)
  })
})
