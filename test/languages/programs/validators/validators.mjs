/**
 * Validates bodies with a validator of JavaScript: prints 1 or 0 for each line `[model, body]`. Formats are checked.
 *
 *     node validators.mjs ajv SCHEMAS < bodies.jsonl
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const COMPILERS = {
  async ajv() {
    const { Ajv2020 } = await import('ajv/dist/2020.js')
    const { default: addFormats } = await import('ajv-formats')
    const ajv = new Ajv2020({ allErrors: false })
    addFormats.default(ajv)
    return (schema) => ajv.compile(schema)
  },
  async zod() {
    const { z } = await import('zod')
    return (schema) => {
      // It stops at a `not`, which only one rule of the definitions has.
      const type = z.fromJSONSchema(
        JSON.parse(JSON.stringify(schema, (key, value) => (key === 'not' ? undefined : value))),
      )
      return (value) => type.safeParse(value).success
    }
  },
}

const [, , name, folder] = process.argv
const compile = await COMPILERS[name]()
const checks = new Map()
const answers = []
for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const [model, body] = JSON.parse(line)
  if (!checks.has(model)) checks.set(model, compile(JSON.parse(readFileSync(join(folder, `${model}.json`), 'utf8'))))
  answers.push(accepts(checks.get(model), body) ? 1 : 0)
}
process.stdout.write(`${answers.join('\n')}\n`)

function accepts(check, body) {
  let value
  try {
    value = JSON.parse(body)
  } catch {
    return false
  }
  return check(value)
}
