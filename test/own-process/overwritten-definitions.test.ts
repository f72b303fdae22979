import { Elysia } from 'elysia'
import { expect, it } from 'vitest'
import { jsonSchema } from '../../src/export/index.js'
import { CreateModelEntityRequest, InferenceParams, Lora, ModelSpec, PromptData } from '../../src/schemas/index.js'
import { Lora as Lora1 } from '../../src/schemas/typebox-1/index.js'
import { validate } from '../../src/validation/index.js'
import { planOf } from '../../src/validation/plan/plan-of.js'

it('a definition means the same after Elysia has written into it', async () => {
  const before = JSON.stringify(Lora)
  // With the module resolution of Node, Elysia's types and these take TypeBox from different files.
  const app = new Elysia().post('/', ({ body }) => validate(Lora, body), { body: Lora } as object)
  const post = (body: unknown) =>
    app.handle(
      new Request('http://localhost/', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
  expect(await (await post({ rank: 8, more: 1 })).json()).toEqual({ ok: true, value: { alpha: null, rank: 8 } })
  expect((await post({ rank: 'x' })).status).toBe(422)
  // If this fails, Elysia no longer writes, and this test says nothing.
  expect(JSON.stringify(Lora)).not.toBe(before)
  expect(planOf(Lora)).toBe(planOf('Lora'))
  expect(validate(Lora, { rank: 8, more: 1 })).toEqual({ ok: true, value: { alpha: null, rank: 8 } })
  expect(jsonSchema(Lora)).toEqual(jsonSchema('Lora'))
  expect(jsonSchema(Lora)).not.toHaveProperty('additionalProperties')
})

it.each([CreateModelEntityRequest, ModelSpec, PromptData, Lora1])(
  'so it does inside another definition: %#',
  (inner) => {
    const closed = inner as object & { additionalProperties?: boolean }
    closed.additionalProperties = false
    const plan = planOf({ type: 'object', properties: { inner }, required: ['inner'] })
    const name = String(Reflect.get(inner, 'title')) as 'Lora'
    expect(plan).toMatchObject({ kind: 'model', fields: [{ name: 'inner', plan: planOf(name), required: true }] })
  },
)

it('a definition that keeps extra fields keeps them, even if it was closed', () => {
  const closed: { additionalProperties: boolean } = InferenceParams
  closed.additionalProperties = false
  expect(planOf(InferenceParams)).toBe(planOf('InferenceParams'))
  expect(validate(InferenceParams, { top_k: 1 })).toMatchObject({ ok: true, value: { top_k: 1 } })
  expect(jsonSchema(InferenceParams)).toEqual(jsonSchema('InferenceParams'))
})
