import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import * as ofElysia from '../../src/adapters/elysia.js'
import * as ofExpress from '../../src/adapters/express.js'
import { modelEntity } from '../../src/adapters/fastify.js'
import * as ofHono from '../../src/adapters/hono.js'
import { standardSchema, validateRequest } from '../../src/adapters/index.js'
import { ValidBody } from '../../src/adapters/nestjs.js'
import { REQUEST_OPTIONS } from '../../src/adapters/request-options.js'
import { STANDARD_SCHEMA_OPTIONS } from '../../src/adapters/standard-schema.js'
import { architectureFromConfig } from '../../src/architecture/index.js'
import {
  adapterFromPeft,
  architectureFromSafetensors,
  compareCheckpoint,
  logicalParameters,
  modelSpecFromArchitecture,
  modelSpecFromConfig,
  parseSafetensorsHeader,
  precisionOf,
  quantisationOf,
  safetensorsHeaderLength,
} from '../../src/checkpoint/index.js'
import { SPEC_EXTRAS } from '../../src/checkpoint/model-spec-from-config.js'
import { ADAPTER_IDENTITY } from '../../src/checkpoint/peft-adapter.js'
import { PRECISION_SOURCES } from '../../src/checkpoint/precision.js'
import { BESIDE_CONFIG, QUANTISATION_FILES } from '../../src/checkpoint/quantisation/quantisation.js'
import { diffCheckpoints, readCheckpoint } from '../../src/checkpoint/read/index.js'
import { READ_CHECKPOINT_OPTIONS } from '../../src/checkpoint/read/read-checkpoint.js'
import { SAFETENSORS_HEADER_OPTIONS } from '../../src/checkpoint/safetensors-header.js'
import { CLIENT_OPTIONS } from '../../src/client/client-options.js'
import { createClient } from '../../src/client/index.js'
import { changesThatFit, FITTING_OPTIONS } from '../../src/estimate/changes-that-fit.js'
import { TRAINABLE_OPTIONS } from '../../src/estimate/count-trainable-parameters.js'
import {
  countLoraParameters,
  countTrainableParameters,
  estimateMemory,
  planGpus,
  planServing,
} from '../../src/estimate/index.js'
import { LORA_OPTIONS } from '../../src/estimate/lora/options.js'
import { MEMORY_OPTIONS } from '../../src/estimate/memory-options.js'
import { PLAN_OPTIONS } from '../../src/estimate/plan-gpus.js'
import { SERVING_OPTIONS } from '../../src/estimate/serving/options.js'
import { jsonSchema, openapi } from '../../src/export/index.js'
import { JSON_SCHEMA_OPTIONS } from '../../src/export/json-schema.js'
import { OPENAPI_OPTIONS } from '../../src/export/openapi.js'
import { readJson } from '../../src/json/index.js'
import { READ_JSON_OPTIONS } from '../../src/json/read-json.js'
import { lint } from '../../src/lint/index.js'
import { LINT_OPTIONS } from '../../src/lint/lint.js'
import { CHECK_MANIFEST_OPTIONS } from '../../src/manifest/check-manifest.js'
import { checkManifest } from '../../src/manifest/index.js'
import type { ValueCheck } from '../../src/options/option-kind.js'
import { CREATION_OPTIONS, creationRefusals } from '../../src/validation/creation/creation-refusals.js'
import { requestValidationBody, validate, validateJson } from '../../src/validation/index.js'
import { VALIDATE_JSON_OPTIONS, VALIDATE_OPTIONS } from '../../src/validation/options.js'
import typedoc from '../../typedoc.json' with { type: 'json' }

const CONFIG = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 256,
}
const MODEL = architectureFromConfig(CONFIG)
const HEADER = new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d])

interface Case {
  readonly table: Readonly<Record<string, ValueCheck>>
  /** Calls the function with options that the types need not allow. */
  readonly call: (options: never) => unknown
  /** Options that the function needs. */
  readonly needed?: object
}

const CASES: Readonly<Record<string, Case>> = {
  creationRefusals: {
    table: CREATION_OPTIONS,
    call: (options) => creationRefusals({ name: 'llama' }, options),
    needed: { workspace: 'default' },
  },
  validate: { table: VALIDATE_OPTIONS, call: (options) => validate('Lora', { rank: 8 }, options) },
  validateJson: { table: VALIDATE_JSON_OPTIONS, call: (options) => validateJson('Lora', '{"rank":8}', options) },
  requestValidationBody: {
    table: VALIDATE_JSON_OPTIONS,
    call: (options) => requestValidationBody('Lora', '{"rank":8}', options),
  },
  validateRequest: { table: REQUEST_OPTIONS, call: (options) => validateRequest('Lora', loraRequest(), options) },
  modelEntity: { table: REQUEST_OPTIONS, call: (options) => modelEntity(fastify(), options) },
  validBody: {
    table: REQUEST_OPTIONS,
    call: (options) => [ofExpress, ofHono, ofElysia].map(({ validBody }) => validBody('Lora', options)),
  },
  ValidBody: { table: REQUEST_OPTIONS, call: (options) => ValidBody('Lora', options) },
  standardSchema: { table: STANDARD_SCHEMA_OPTIONS, call: (options) => standardSchema('Lora', options) },
  readJson: { table: READ_JSON_OPTIONS, call: (options) => readJson('{}', options) },
  lint: { table: LINT_OPTIONS, call: (options) => lint('Lora', { rank: 8 }, options) },
  checkManifest: { table: CHECK_MANIFEST_OPTIONS, call: (options) => checkManifest('name: a', options) },
  jsonSchema: { table: JSON_SCHEMA_OPTIONS, call: (options) => jsonSchema('Lora', options) },
  openapi: { table: OPENAPI_OPTIONS, call: (options) => openapi(options) },
  modelSpecFromConfig: { table: SPEC_EXTRAS, call: (options) => modelSpecFromConfig(CONFIG, options) },
  modelSpecFromArchitecture: {
    table: SPEC_EXTRAS,
    call: (options) => modelSpecFromArchitecture(MODEL, CONFIG, options),
  },
  parseSafetensorsHeader: {
    table: SAFETENSORS_HEADER_OPTIONS,
    call: (options) => parseSafetensorsHeader(HEADER, options),
  },
  safetensorsHeaderLength: {
    table: SAFETENSORS_HEADER_OPTIONS,
    call: (options) => safetensorsHeaderLength(HEADER, options),
  },
  quantisationOf: { table: QUANTISATION_FILES, call: (files) => quantisationOf(files) },
  precisionOf: { table: PRECISION_SOURCES, call: (sources) => precisionOf(sources) },
  compareCheckpoint: { table: BESIDE_CONFIG, call: (files) => compareCheckpoint(CONFIG, [], files) },
  logicalParameters: { table: QUANTISATION_FILES, call: (options) => logicalParameters([], options) },
  architectureFromSafetensors: { table: QUANTISATION_FILES, call: (files) => architectureFromSafetensors([], files) },
  adapterFromPeft: {
    table: ADAPTER_IDENTITY,
    call: (identity) => adapterFromPeft({ peft_type: 'LORA' }, identity),
    needed: { name: 'a', workspace: 'w', fileset: 'w/a' },
  },
  readCheckpoint: { table: READ_CHECKPOINT_OPTIONS, call: (options) => readCheckpoint(new Map(), options) },
  diffCheckpoints: {
    table: READ_CHECKPOINT_OPTIONS,
    call: (options) => diffCheckpoints(new Map(), new Map(), options),
  },
  countTrainableParameters: {
    table: TRAINABLE_OPTIONS,
    call: (options) => countTrainableParameters(MODEL, options),
    needed: { finetuningType: 'all_weights' },
  },
  countLoraParameters: {
    table: LORA_OPTIONS,
    call: (options) => countLoraParameters(MODEL, options),
    needed: { rank: 8 },
  },
  estimateMemory: { table: MEMORY_OPTIONS, call: (options) => estimateMemory(MODEL, options) },
  changesThatFit: { table: FITTING_OPTIONS, call: (options) => changesThatFit(MODEL, options) },
  planGpus: { table: PLAN_OPTIONS, call: (options) => planGpus(MODEL, options) },
  createClient: {
    table: CLIENT_OPTIONS,
    call: (options) => createClient(options),
    needed: { baseUrl: 'https://host.com' },
  },
  planServing: { table: SERVING_OPTIONS, call: (options) => planServing(MODEL, options) },
}

function loraRequest(): Request {
  return new Request('http://localhost/', { method: 'POST', body: '{"rank":8}' })
}

/** A function of the public surface whose signature has a parameter with options, by the names that such types have. */
const TAKES_OPTIONS = /\b\w+(?:Options|Extras|Files|Sources|Identity)\b/

const SIGNATURE = /^export (?:async )?function (\w+)(?:<[^(]*>)?\(([\s\S]*?)\): /gm

describe('every public function that takes options', () => {
  it('has a case here', () => {
    expect(publicFunctions().sort()).toEqual(Object.keys(CASES).sort())
  })

  it.each(Object.entries(CASES))('%s takes what it needs, and nothing else', async (_, { call, needed = {} }) => {
    const outcome = await outcomeOf(() => call({ ...needed, undefined: undefined } as never))
    expect(outcome).toMatchObject({ name: 'TypeError', message: expect.stringContaining('unknown option `undefined`') })
    const fine = await outcomeOf(() => call(needed as never))
    expect(fine instanceof TypeError || fine instanceof RangeError ? fine.message : '').toBe('')
  })

  const options = Object.entries(CASES).flatMap(([name, one]) => Object.keys(one.table).map((option) => [name, option]))
  it.each(options)('%s refuses a wrong %s', async (name, option) => {
    const { table, call, needed = {} } = CASES[name ?? ''] ?? {}
    const check = table?.[option ?? '']
    if (!call || !check) throw new Error('no case')
    const wrong = [Symbol('nothing that an option is'), Number.NaN, 'a choice that nobody has', -1, null].filter(
      (value) => isRefused(check, value),
    )
    if (check.expected !== 'anything') expect(wrong).not.toEqual([])
    for (const value of wrong) {
      const outcome = await outcomeOf(() => call({ ...needed, [option ?? '']: value } as never))
      expect(outcome).toMatchObject({ name: expect.stringMatching(/^(?:TypeError|RangeError)$/) })
      if (option !== 'model')
        expect(outcome).toMatchObject({ message: expect.stringContaining(`\`${option}\` should be`) })
    }
  })
})

function isRefused({ suits, inspect }: ValueCheck, value: unknown): boolean {
  if (!suits(value)) return true
  try {
    inspect?.(value, '')
    return false
  } catch {
    return true
  }
}

async function outcomeOf(work: () => unknown): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    return error
  }
}

/** The functions with options that the `index.ts` of a room exports. */
function publicFunctions(): string[] {
  const src = join(import.meta.dirname, '../../src')
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const textOf = (file: string) => readFileSync(join(src, file), 'utf8')
  const rooms = files.filter((file) => /^(?!(?:options|cli)\/)\w+(?:\/read)?\/index\.ts$/.test(file)).map(textOf)
  const adapters = typedoc.entryPoints.filter((file) => !file.endsWith('index.ts')).map((file) => textOf(file.slice(4)))
  const exported = new Set([
    ...rooms.flatMap((text) => [...text.matchAll(/\{([^}]*)\}/g)].flatMap(([, names = '']) => names.split(/[\s,]+/))),
    ...adapters.flatMap((text) => [...text.matchAll(SIGNATURE)].map(([, name = '']) => name)),
  ])
  const found = files.flatMap((file) =>
    [...textOf(file).matchAll(SIGNATURE)].flatMap(([, name = '', parameters = '']) =>
      TAKES_OPTIONS.test(parameters) && exported.has(name) ? [name] : [],
    ),
  )
  return [...new Set(found)]
}
