import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import {
  activeParameters,
  architectureFromConfig,
  foldedLinearLayers,
  foldedParameters,
  ties,
  totalParameters,
} from '../../src/architecture/index.js'
import { type CheckpointRecord, readRecords } from './records.js'

const described = new Set(FAMILIES.flatMap((family) => family.modelTypes))
const records = readRecords('public.jsonl.gz').filter(({ family }) => described.has(family))

describe('A config becomes the model that transformers builds', () => {
  it.each(records.map((record) => [record.name, record] as const))('%s', (_, record) => {
    expect(describedFrom(record)).toEqual(expected(record))
  })
})

function expected(record: CheckpointRecord) {
  const { architecture, family, total_parameters, active_parameters, parameters, tied, linear_layers } = record
  return { architecture, family, total_parameters, active_parameters, parameters, tied, linear_layers }
}

function describedFrom({ config }: CheckpointRecord): ReturnType<typeof expected> {
  const architecture = architectureFromConfig(config)
  return {
    architecture: architecture.className,
    family: architecture.family,
    total_parameters: totalParameters(architecture),
    active_parameters: activeParameters(architecture),
    parameters: Object.fromEntries(foldedParameters(architecture)),
    tied: Object.fromEntries([...ties(architecture)].map(({ name, to }) => [name, to])),
    linear_layers: Object.fromEntries(foldedLinearLayers(architecture)) as CheckpointRecord['linear_layers'],
  }
}
