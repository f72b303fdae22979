/** What a `spec` means: how many parameters, how much memory, how many GPUs. */

import { grouped } from '../../display/index.js'
import {
  architectureOfSpec,
  countParameters,
  DEFAULT_GPU,
  estimateMemory,
  type MemoryMethod,
  minimumGpus,
} from '../../estimate/index.js'
import type { ModelSpec } from '../../schemas/index.js'

/** What a spec means, as Markdown. Nothing in it is a guess: what cannot be computed is said. */
export function specMeaning(spec: ModelSpec): string {
  const gpus = minimumGpus(spec)
  const isKnown = gpus.minimum_gpus_all_weights !== undefined || gpus.minimum_gpus_lora !== undefined
  return [
    isKnown ? parametersOf(spec) : `${grouped(spec.base_num_parameters)} parameters, as stated`,
    `Weights in 16 bits: ${gib(2 * spec.base_num_parameters)}`,
    ...(isKnown ? [memoryTable(spec)] : []),
    ...(isKnown ? [gpusOf(gpus)] : []),
    ...gpus.notes.map((note) => `_${note}_`),
  ].join('\n\n')
}

function parametersOf(spec: ModelSpec): string {
  const { architecture, assumptions } = architectureOfSpec(spec)
  const { totalParameters, activeParameters = totalParameters } = countParameters(architecture)
  const active =
    activeParameters === totalParameters ? '' : `, ${grouped(activeParameters)} of them active for each token`
  const rebuilt = totalParameters === spec.base_num_parameters ? '' : `; the sizes give ${grouped(totalParameters)}`
  return `${grouped(spec.base_num_parameters)} parameters${rebuilt}${active}\n\n${assumptions.map((each) => `_${each}_`).join('\n\n')}`
}

const SEQUENCE = 4096

const RUNS: readonly (readonly [label: string, method: MemoryMethod])[] = [
  ['serve one sequence', 'inference'],
  ['LoRA, rank 32', 'lora'],
  ['train all weights', 'full'],
]

function memoryTable(spec: ModelSpec): string {
  const sequenceLength = Math.min(SEQUENCE, spec.context_size && spec.context_size > 0 ? spec.context_size : SEQUENCE)
  const rows = RUNS.map(([label, method]) => `| ${label} | ${memoryOf(spec, method, sequenceLength)} |`)
  return [`| on one GPU, ${grouped(sequenceLength)} tokens | memory |`, '|---|---|', ...rows].join('\n')
}

function memoryOf(spec: ModelSpec, method: MemoryMethod, sequenceLength: number): string {
  try {
    return gib(estimateMemory(spec, { method, sequenceLength }).totalBytes)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function gpusOf({ minimum_gpus_all_weights: all, minimum_gpus_lora: lora }: ReturnType<typeof minimumGpus>): string {
  const parts = [
    ...(all === undefined ? [] : [`${grouped(all)} to train all weights`]),
    ...(lora === undefined ? [] : [`${grouped(lora)} for LoRA`]),
  ]
  return `Fewest GPUs (${DEFAULT_GPU}): ${parts.join(', ')}`
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`
}
