import { expect } from 'vitest'
import { validate } from '../../../src/validation/index.js'
import { Random } from '../../oracle/random.js'
import type { RunningRegistry } from './running-registry.js'

const MODELS = '/apis/models/v2/workspaces/default/models'
const WRITERS = 8
const MOST_CHANGES = 100
const MOST_MS_LATER = 30

/** What a writer has sent of a model, and what was confirmed. */
interface Written {
  sent: number
  confirmed: number
}

/** Every field carries the version, so that a mixture of two versions is noticed. */
function fieldsOf(version: number): Record<string, unknown> {
  return {
    description: `version ${version}`,
    base_model: `v${version}`,
    custom_fields: { version, filler: String(version % 10).repeat(5000) },
    ownership: { version },
    model_providers: [`v${version}`],
  }
}

interface Found {
  readonly name: string
  readonly base_model: string
  readonly custom_fields: { readonly version: number }
}

/**
 * Kills a registry while it creates and patches models, starts it again, and checks that it has everything that it confirmed, and nothing by
 * halves. As often as wanted; returns the registry that runs at the end.
 *
 * @param start - starts the registry on the same store
 */
export async function killWhileWriting(
  first: RunningRegistry,
  start: () => Promise<RunningRegistry>,
  rounds: number,
): Promise<RunningRegistry> {
  let registry = first
  const random = new Random(7)
  const written = new Map<string, Written>()
  for (let round = 0; round < rounds; round += 1) {
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(registry, `kill${round}-${writer}`, written))
    const goal = changesIn(written) + random.below(MOST_CHANGES)
    while (changesIn(written) <= goal) await pause(1)
    await pause(random.below(MOST_MS_LATER))
    await registry.stop('SIGKILL')
    await Promise.all(writers)
    registry = await start()
    const found = await modelsOf(registry)
    for (const [name, state] of written) checkModel(name, state, found.get(name))
    expect([...found.keys()].filter((name) => !written.has(name))).toEqual([])
    await checkColumns(registry, [...found.values()])
  }
  return registry
}

/** Creates models and patches them, one after the other, until the registry does not answer any more. */
async function write(registry: RunningRegistry, prefix: string, written: Map<string, Written>): Promise<void> {
  try {
    for (let index = 0; ; index += 1) {
      const name = `${prefix}-${index}`
      const state = { sent: 1, confirmed: 0 }
      written.set(name, state)
      const created = await registry.send('POST', MODELS, { name, ...fieldsOf(1) })
      expect(created.status).toBe(201)
      state.confirmed = 1
      for (const version of [2, 3]) {
        state.sent = version
        const patched = await registry.send('PATCH', `${MODELS}/${name}`, fieldsOf(version))
        expect(patched.status).toBe(200)
        state.confirmed = version
      }
    }
  } catch (error) {
    // What `fetch` throws once the process is gone.
    if (!(error instanceof TypeError)) throw error
  }
}

function changesIn(written: ReadonlyMap<string, Written>): number {
  return [...written.values()].reduce((sum, { confirmed }) => sum + confirmed, 0)
}

function checkModel(name: string, { sent, confirmed }: Written, model: Found | undefined): void {
  if (model === undefined) {
    expect(confirmed, name).toBe(0)
    return
  }
  const { version } = model.custom_fields
  expect(version, name).toBeGreaterThanOrEqual(confirmed)
  expect(version, name).toBeLessThanOrEqual(sent)
  expect(model).toMatchObject(fieldsOf(version))
  expect(validate('ModelEntity', model).ok).toBe(true)
}

async function modelsOf(registry: RunningRegistry): Promise<Map<string, Found>> {
  const models: Found[] = []
  for (let page = 1; ; page += 1) {
    const { body } = await registry.send('GET', `${MODELS}?filter[name][$like]=kill&page_size=1000&page=${page}`)
    const { data, pagination } = body as { data: Found[]; pagination: { total_pages: number } }
    models.push(...data)
    if (page >= pagination.total_pages) return new Map(models.map((model) => [model.name, model]))
  }
}

/** The columns that lists filter by are copies: they must be of the same version as the entity. */
async function checkColumns(registry: RunningRegistry, models: readonly Found[]): Promise<void> {
  for (const version of [1, 2, 3]) {
    const { body } = await registry.send('GET', `${MODELS}?page_size=1&filter[base_model]=v${version}`)
    const expected = models.filter((model) => model.custom_fields.version === version).length
    expect((body as { pagination: { total_results: number } }).pagination.total_results).toBe(expected)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
