import { parseAllDocuments } from 'yaml'
import { isObject } from '../src/architecture/config-object.js'
import {
  type Architecture,
  architectureFromConfig,
  CheckpointError,
  type ModuleTree,
} from '../src/architecture/index.js'
import {
  architectureFromSafetensors,
  type ConfigObject,
  compareParameters,
  type LogicalParameters,
  logicalParameters,
  modelSpecFromArchitecture,
  type SafetensorsHeader,
} from '../src/checkpoint/index.js'
import { architectureOfSpec, minimumGpus } from '../src/estimate/index.js'
import { guessedFormat } from '../src/manifest/documents.js'
import { checkManifest, type ManifestFormat } from '../src/manifest/index.js'
import type { ModelSpec } from '../src/schemas/index.js'
import { validate } from '../src/validation/index.js'
import { type AdapterInput, adapterInput, isOfAdapter } from './adapter-input.js'
import { type Finding, findingOfError, findingsOf, findingsOfComparison } from './finding.js'
import { type Beside, inputOfText, type TextInput } from './read-input.js'

/** Everything derived from the text and the files. What cannot be derived is absent. */
export interface Understood {
  /** What kind of input it is, in a few words. */
  readonly what: string
  readonly findings: readonly Finding[]
  readonly spec?: ModelSpec
  /** What the spec leaves out or assumes. */
  readonly notes: readonly string[]
  /** The module tree of files without a config. */
  readonly tree?: ModuleTree
  /** The architecture from a config, or rebuilt from a spec. */
  readonly architecture?: Architecture
  /** A PEFT adapter. */
  readonly adapter?: AdapterInput
  /** The format of a manifest. */
  readonly format?: ManifestFormat
  /** Whether the input is already a manifest, so that none is generated. */
  readonly isManifest: boolean
}

/** Reads the input. Errors in it become findings. Returns `undefined` if there is no input. */
export function understand(text: string, beside: Beside): Understood | undefined {
  try {
    return understoodAs(inputOfText(text), text, beside)
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    return { what: 'not understood', findings: [findingOfError(error, text)], notes: [], isManifest: false }
  }
}

function understoodAs(input: TextInput, text: string, beside: Beside): Understood | undefined {
  switch (input.kind) {
    case 'config':
      return ofConfig(input.config, beside)
    case 'adapter':
      return ofAdapter(input.config, beside)
    case 'header':
      return ofHeaders([...beside.headers.values(), input.header])
    case 'manifest':
      return ofManifest(text)
    case 'empty':
      return beside.headers.size > 0 ? ofHeaders([...beside.headers.values()]) : undefined
  }
}

function ofConfig(config: ConfigObject, { headers, names, ...extras }: Beside): Understood {
  const architecture = architectureFromConfig(config)
  const storage = headers.size > 0 ? logicalParameters(headers.values()) : undefined
  const { spec, notes } = modelSpecFromArchitecture(architecture, config, {
    ...extras,
    minimumGpus,
    ...(storage && { storage }),
  })
  return {
    what: `config of ${architecture.className}`,
    findings: storage ? findingsOfFiles(architecture, storage) : [],
    spec,
    notes,
    architecture,
    isManifest: false,
  }
}

function findingsOfFiles(architecture: Architecture, storage: LogicalParameters): Finding[] {
  return findingsOfComparison(compareParameters(architecture, storage))
}

function ofAdapter(config: ConfigObject, { headers }: Beside): Understood {
  const adapter = adapterInput(config, [...headers.values()])
  const { finetuning_type: kind } = adapter.peft.adapter
  return { what: `${kind} adapter`, findings: [], notes: adapter.peft.notes, adapter, isManifest: false }
}

function ofHeaders(headers: readonly SafetensorsHeader[]): Understood {
  if (isOfAdapter(headers)) {
    const notes = ['these are the weights of an adapter: add its adapter_config.json']
    return { what: 'weights of an adapter', findings: [], notes, isManifest: false }
  }
  const { root, notes } = architectureFromSafetensors(headers)
  const config = 'add the config.json to get a spec and the GPU memory'
  return { what: 'safetensors header', findings: [], notes: [...notes, config], tree: { root }, isManifest: false }
}

function ofManifest(text: string): Understood {
  const format = guessedFormat(text)
  const check = checkManifest(text, { format, minimumGpus })
  const spec = check.counts.error > 0 ? undefined : specIn(text, format)
  const shared = { what: 'manifest', findings: findingsOf(check), notes: [], format, isManifest: true }
  return { ...shared, ...(spec && { spec, ...rebuilt(spec) }) }
}

/** Rebuilds the model of a spec; if its sizes are impossible, a note says so. */
function rebuilt(spec: ModelSpec): Partial<Understood> {
  try {
    const { architecture, assumptions } = architectureOfSpec(spec)
    return { architecture, notes: assumptions }
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    return { notes: [`parameters by part and memory are left out: ${error.message}`] }
  }
}

/** The spec of the first document that has one. The check before has already refused documents that aliases would blow up. */
function specIn(text: string, format: ManifestFormat): ModelSpec | undefined {
  const documents = format === 'jsonl' ? text.trim().split('\n') : [text]
  for (const one of documents) {
    for (const document of parseAllDocuments(one)) {
      const value: unknown = document.toJS({ maxAliasCount: -1 })
      const entities: readonly unknown[] = Array.isArray(value) ? value : [value]
      for (const entity of entities) {
        const checked = isObject(entity) ? validate('ModelSpec', entity['spec']) : undefined
        if (checked?.ok) return checked.value
      }
    }
  }
  return undefined
}
