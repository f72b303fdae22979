import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, comparable, send } from '../../oracle/registry/send.js'
import { STEPS, type Step } from '../../oracle/registry/steps.js'
import { RunningRegistry, temporaryFolder, worldIn } from './running-registry.js'
import { IS_THOROUGH, STORES } from './stores.js'

interface Recorded extends Step {
  readonly answer: Answer
}

interface CreateRecord {
  readonly workspace: string
  readonly body: object
  readonly status: number
  readonly answer: object
}

const RECORDED = records<Recorded>('registry/answers.jsonl.gz')
const CREATED = records<CreateRecord>('fastapi/http.jsonl.gz')
const COMBINED = records<CreateRecord>('fastapi/http-combinations.jsonl.gz')

/**
 * Where the registry answers otherwise than the platform, and why. `platform` tells such an answer of the platform, and `registry` says what
 * the registry answers instead.
 */
const DEVIATIONS: readonly {
  readonly why: string
  readonly platform: (step: Recorded) => boolean
  readonly registry: (answer: Answer, platform: Answer) => boolean
}[] = [
  {
    why: 'the platform fails where a request is wrong',
    platform: ({ answer }) => answer.status === 500,
    registry: ({ status }) => [400, 404, 422].includes(status),
  },
  {
    why: 'a body that is not JSON is refused by its type',
    platform: ({ answer, body, contentType = '' }) =>
      answer.status === 422 && Boolean(body) && !contentType.toLowerCase().includes('json'),
    registry: ({ status }) => status === 415,
  },
  {
    why: 'a filter that the platform takes, but that matches nothing or all models whatever they are, is refused',
    platform: ({ path }) =>
      path.includes('?filter') && MEANINGLESS_FILTERS.some((filter) => decodeURIComponent(path).includes(filter)),
    registry: ({ status }) => status === 400,
  },
  {
    why: 'what is wrong with a filter is said in other words',
    platform: ({ answer }) =>
      answer.status === 400 && /Unexpected token|object has no attribute/.test(detailOf(answer)),
    registry: ({ status }) => status === 400,
  },
  {
    why: 'U+0000 sorts as another character',
    platform: ({ path }) => path.endsWith('?filter[base_model][$gt]=a'),
    registry: ({ status }) => status === 200,
  },
  {
    why: 'a query is checked after the body',
    platform: ({ path, body }) => path.endsWith('/full?verbose=maybe') && body === '{"description":1}',
    registry: (ours, platform) => ours.status === 422 && detailOf(platform).includes(detailOf(ours).slice(1, -1)),
  },
  {
    why: 'the registry has no web pages',
    platform: ({ path, answer }) => path === '/' && answer.status === 301,
    registry: ({ status }) => status === 404,
  },
]

const MEANINGLESS_FILTERS = [
  ...[
    'filter[base_model]=a,b',
    'filter[base_model][name]',
    'filter[base_model]=["',
    'filter[base_model][]',
    'filter[prompt]',
  ],
  ...['filter[adapters]', 'filter[lora_enabled]', '"created_at":{"$gte":5}'],
]

it('the record has an answer to every step', () => {
  expect(RECORDED.map(({ answer: _, ...step }) => step)).toEqual(STEPS)
})

describe.each(STORES)('the registry on $name', ({ fresh }) => {
  const folder = temporaryFolder()
  let registry: RunningRegistry

  beforeAll(async () => {
    const settings = { ...worldIn(`${folder.path}/filesets`), ...(await fresh(folder.path)) }
    registry = await RunningRegistry.start({ ...settings, LOG_LEVEL: 'warn' })
  }, 120_000)
  afterAll(async () => {
    await registry.stop()
    folder.remove()
  })

  it('answers every recorded step as the platform, but for the deviations', async () => {
    const used = new Set<string>()
    for (const step of RECORDED) {
      const ours = comparable(await send(registry.origin, step))
      const deviation = DEVIATIONS.find(({ platform }) => platform(step))
      const what = `${step.method} ${step.path} ${step.body ?? ''}`.slice(0, 300)
      if (deviation === undefined) expect(ours, what).toEqual(step.answer)
      else expect(deviation.registry(ours, step.answer), `${what}: ${JSON.stringify(ours).slice(0, 300)}`).toBe(true)
      if (deviation !== undefined) used.add(deviation.why)
    }
    expect([...used].sort()).toEqual(DEVIATIONS.map(({ why }) => why).sort())
  })

  it('answers the recorded requests to create models as the platform', async () => {
    for (const { workspace, body, status, answer } of CREATED) {
      const path = `/apis/models/v2/workspaces/${encodeURIComponent(workspace)}/models`
      const step = { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(body) }
      const ours = await send(registry.origin, step)
      expect({ status: ours.status, answer: withoutRun(ours.body) }, step.body).toEqual({ status, answer })
    }
  })

  if (IS_THOROUGH)
    it('answers recorded requests that combine causes of refusal as the platform, where it does not fail', async () => {
      for (const { workspace, name } of await allModels(registry)) {
        await registry.send('DELETE', `/apis/models/v2/workspaces/${workspace}/models/${name}`)
      }
      for (const { workspace, body, status, answer } of COMBINED) {
        const path = `/apis/models/v2/workspaces/${encodeURIComponent(workspace.toWellFormed())}/models`
        const step = { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(body) }
        const ours = await send(registry.origin, step)
        if (status === 500) expect(ours.status, step.body).toBe(400)
        else
          expect({ status: ours.status, ...(status !== 201 && { answer: ours.body }) }, step.body).toEqual({
            status,
            ...(status !== 201 && { answer }),
          })
      }
    })
})

/** The names of all models, with their workspaces. */
async function allModels(registry: RunningRegistry): Promise<{ workspace: string; name: string }[]> {
  const { body } = await registry.send('GET', '/apis/models/v2/workspaces/-/models?page_size=1000')
  return (body as { data: { workspace: string; name: string }[] }).data
}

/** The record shows an id as `<id>` and a time as `<now>`. */
function withoutRun(body: unknown): unknown {
  const shown = comparable({ status: 0, body }).body
  return JSON.parse(JSON.stringify(shown).replace(/"<(?:time|created)>"/g, '"<now>"'))
}

function detailOf({ body }: Answer): string {
  return JSON.stringify(Reflect.get(Object(body), 'detail'))
}

function records<Row>(file: string): Row[] {
  const bytes = readFileSync(new URL(`../../fixtures/${file}`, import.meta.url))
  return gunzipSync(bytes)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}
