/** Hono with zod on a free port. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { validator } from 'hono/validator'
import { definitionOf } from '../../peers/definition.js'
import { zodSchema } from '../../peers/zod.js'
import { CREATE_PATH, created } from './created.js'

const schema = zodSchema(definitionOf('CreateModelEntityRequest'))
const checked = validator('json', (value, c) => {
  const result = schema.safeParse(value)
  return result.success ? result.data : c.json({ detail: result.error.issues }, 422)
})
const app = new Hono().post(CREATE_PATH, checked, (c) => c.json(created(c.req.valid('json')), 201))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(`http://127.0.0.1:${port}`))
