/** The `attribute_map` of each configuration class of transformers, 4.57.1 and 5.17.0: an alias is the field. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'

const MAPS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = JSON.parse(
  readFileSync(new URL('../fixtures/checkpoint/attribute-maps.json', import.meta.url), 'utf8'),
)

/** A value for each alias that is a size; the others name lists and frequencies that no size depends on. */
const VALUES: Readonly<Record<string, number>> = {
  num_experts: 6,
  num_local_experts: 6,
  num_experts_per_tok: 1,
  num_attention_heads: 2,
  hidden_size: 96,
  num_hidden_layers: 3,
  max_position_embeddings: 777,
  head_dim: 32,
  sliding_window: 99,
}

/** Where the two names are not the same. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'bart num_hidden_layers': 'transformers 4 ignores it, 5 takes it for the encoder alone',
  't5 num_hidden_layers': 'set after the decoder has taken its layers from num_layers',
  'mt5 num_hidden_layers': 'set after the decoder has taken its layers from num_layers',
}

const CASES = Object.entries(MAPS).flatMap(([version, families]) =>
  Object.entries(families).flatMap(([family, map]) =>
    Object.entries(map)
      .filter(([alias]) => VALUES[alias] !== undefined && EXCEPTIONS[`${family} ${alias}`] === undefined)
      .map(([alias, field]) => [family, alias, field, version] as const),
  ),
)

describe('the aliases of fields', () => {
  it('are those of dozens of families', () => {
    expect(new Set(CASES.map(([family]) => family)).size).toBeGreaterThan(20)
  })

  it.each(CASES)('%s reads %s as %s (transformers %s)', (family, alias, field) => {
    const withOne = (name: string) => described({ model_type: family, [name]: VALUES[alias] })
    expect(withOne(alias)).toEqual(withOne(field))
  })

  it('count before the field itself, as in transformers 5, and a note tells of it', () => {
    const config = { model_type: 'mixtral', num_hidden_layers: 1, num_local_experts: 4 }
    const { notes, ...both } = described({ ...config, num_experts: 64 })
    const { notes: none, ...alias } = described({ ...config, num_local_experts: 64 })
    expect(both).toEqual(alias)
    expect([notes, none]).toEqual([[expect.stringContaining('but its other name num_experts is 64')], []])
  })
})

describe('a field with several names', () => {
  it.each<[string, string, string]>([
    ['sarvam_moe', 'n_routed_experts', 'num_local_experts'],
    ['sarvam_moe', 'n_routed_experts', 'num_experts'],
    ['sarvam_mla', 'n_routed_experts', 'num_local_experts'],
    ['xlnet', 'vocab_size', 'n_token'],
    ['codegen', 'n_positions', 'max_position_embeddings'],
    ['gptj', 'n_positions', 'max_position_embeddings'],
  ])('has the value of the alias in %s: %s and %s', (family, field, alias) => {
    const { notes, ...both } = described({ model_type: family, [field]: 16, [alias]: 32 })
    const { notes: none, ...own } = described({ model_type: family, [field]: 32 })
    expect(both).toEqual(own)
    expect(notes.join()).toContain(`but its other name ${alias} is 32`)
    expect(none.join()).not.toContain('its other name')
  })
})

/** What a config describes, without the config itself. */
function described(config: Readonly<Record<string, unknown>>) {
  const { config: _, ...model } = architectureFromConfig(config)
  return model
}
