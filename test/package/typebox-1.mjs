/** Uses the definitions for `typebox` 1 from a folder where it is installed beside the package. */
import assert from 'node:assert/strict'
import { validate } from 'model-entity'
import { CreateModelEntityRequest } from 'model-entity/schemas/typebox-1'
import * as Type from 'typebox'
import { Compile } from 'typebox/compile'

assert.equal(Compile(CreateModelEntityRequest).Check({ name: 'llama' }), true)
const Team = Type.Intersect([CreateModelEntityRequest, Type.Object({ team: Type.String() })])
assert.equal(validate(Team, { name: 'llama', team: 'nlp' }).value.trust_remote_code, false)
console.log('typebox 1 works')
