/** Fastify on a free port, with one of three validators: `none`, `ajv` or `model-entity`. */
import Fastify from 'fastify'
import { modelEntity } from '../../../src/adapters/fastify.js'
import { CreateModelEntityRequest } from '../../../src/schemas/index.js'
import { asJson } from '../../peers/ajv.js'
import { definitionOf } from '../../peers/definition.js'
import { CREATE_PATH, created } from './created.js'

const validator = process.argv[2]
// As most people set it up; strict mode refuses keywords that are ours, like `atMostOne`.
const app = Fastify({ ajv: { customOptions: { strict: false } } })
if (validator === 'model-entity') await app.register(modelEntity)
const body = {
  none: undefined,
  ajv: asJson(definitionOf('CreateModelEntityRequest')),
  'model-entity': CreateModelEntityRequest,
}[validator ?? '']
app.post(CREATE_PATH, body === undefined ? {} : { schema: { body } }, async (request, reply) =>
  reply.code(201).send(created(request.body)),
)
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
