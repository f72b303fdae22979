import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Document, type ToStringOptions, visit } from 'yaml'
import { sample } from '../../languages/samples.js'
import type { Random } from '../random.js'
import type { GeneratedManifest } from './manifests.js'

/** Requests with every field of the definition, written as YAML in many styles or as JSON. The same seed gives the same ones. */
export function writtenRequest(random: Random): GeneratedManifest {
  const request = Object(sample('CreateModelEntityRequest', random))
  // An empty platform has no filesets and projects, and allows no plugins: most requests do without.
  for (const field of ['fileset', 'project']) if (random.chance(0.9)) delete request[field]
  const config = request.spec?.tool_call_config
  if (config && random.chance(0.9)) delete config.tool_call_plugin
  if (random.chance(0.3)) {
    return { extension: 'json', text: JSON.stringify(request, null, random.pick([0, 1, 2])) }
  }
  if (random.chance(0.4)) addPlaces(request, random)
  const document = new Document(request, { version: '1.2' })
  // Some collections between brackets, the others in lines of their own.
  visit(document, {
    Collection: (_, collection) => {
      collection.flow = random.chance(0.25)
    },
  })
  const text = document.toString(styleOf(random))
  return { extension: 'yaml', text: text.replace(/(["']?)PLACE\d\1/g, () => random.pick(SCALARS)) }
}

/** Marks places for plain scalars, which are not always what they look like. */
function addPlaces(request: Record<string, unknown>, random: Random): void {
  request['custom_fields'] = { PLACE1: 'PLACE2', list: ['PLACE3', { PLACE4: 'PLACE5' }] }
  if (random.chance(0.3)) request[random.pick(['description', 'trust_remote_code', 'base_model'])] = 'PLACE6'
}

/** Plain scalars that YAML 1.1 and 1.2 may read differently: scalars.py. */
const SCALARS: readonly string[] = gunzipSync(
  readFileSync(new URL('../../fixtures/yaml-1-1-scalars.jsonl.gz', import.meta.url)),
)
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line)[0])

function styleOf(random: Random): ToStringOptions {
  return {
    defaultStringType: random.pick(['PLAIN', 'PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED']),
    defaultKeyType: random.pick(['PLAIN', 'QUOTE_DOUBLE', null]),
    doubleQuotedAsJSON: random.chance(0.3),
    indent: random.pick([2, 4]),
    indentSeq: random.chance(0.5),
    lineWidth: random.pick([0, 40, 80]),
    nullStr: random.pick(['null', '~', '']),
  }
}
