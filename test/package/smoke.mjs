/**
 * Uses the installed package as a reader would: every subpath, a validation, a checkpoint of a hub, whose address is the
 * argument, a GGUF file, the command. Plain JavaScript on Node's own modules, run from a folder where `model-entity` is
 * installed, by any Node that the package supports.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const manifestPath = fileURLToPath(import.meta.resolve('model-entity/package.json'))
const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'))

/** The subpaths for an optional peer, which is not installed here. */
const WITH_PEER = { './schemas/typebox-1': 'typebox', './nestjs': '@nestjs/common' }

const subpaths = Object.keys(manifest.exports).filter((path) => !path.includes('*') && !path.endsWith('.json'))
for (const subpath of subpaths) {
  const imported = import(join('model-entity', subpath))
  const peer = WITH_PEER[subpath]
  if (peer === undefined) await imported
  else await assert.rejects(imported, new RegExp(`Cannot find package '${peer}'`))
}

const { validate, validateJson, checkManifest, parseModelRef, openapi } = await import('model-entity')
assert.deepEqual(validate('Lora', { rank: '8' }), { ok: true, value: { alpha: null, rank: 8 } })
assert.equal(validateJson('Lora', '{"rank": "x"}').ok, false)
assert.equal(checkManifest('name: llama\nspec:\n  num_layers: forty\n').diagnostics[0]?.line, 2)
assert.equal(parseModelRef('default/llama').ok, true)
assert.equal(openapi().openapi, '3.1.0')

const schema = JSON.parse(readFileSync(new URL(import.meta.resolve('model-entity/schemas/2020-12/Lora.json')), 'utf8'))
assert.equal(schema.title, 'Lora')

const { validateRequest } = await import('model-entity')
const request = new Request('http://localhost/', {
  method: 'POST',
  body: '{"rank":',
  headers: { 'content-type': 'application/json' },
})
const { response } = await validateRequest('Lora', request)
assert.equal(response.status, 422)
assert.equal((await response.json()).detail[0].ctx.error, 'Expecting value')

const { readCheckpoint } = await import('model-entity/checkpoint/read')
const hub = { hubUrl: process.argv[2] }
const { spec } = await readCheckpoint('hf:org/model', hub)
assert.equal(spec.num_layers, 2)
await assert.rejects(
  readCheckpoint('hf:org/none', hub),
  (error) => error.code === 'unreadable_file' && /token/.test(error.help),
)

const command = join(dirname(manifestPath), manifest.bin['model-entity'])
const run = (args, input) => spawnSync(process.execPath, [command, ...args], { input, encoding: 'utf8' })
assert.equal(run(['--version']).stdout.trim(), manifest.version)
const checked = run(['check', '-', '--format', 'json'], 'name: two words\n')
assert.equal(checked.status, 1, checked.stderr)
assert.equal(JSON.parse(checked.stdout).diagnostics[0].code, 'string_pattern_mismatch')
assert.equal(run(['check', '*.nothing']).status, 2)
const inspected = run(['inspect', 'model.gguf', '--format', 'json'])
assert.equal(JSON.parse(inspected.stdout).spec.num_layers, 2, inspected.stderr)

console.log(`${subpaths.length} subpaths and the command work on Node ${process.versions.node}`)
