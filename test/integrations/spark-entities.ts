import { Random } from '../oracle/random.js'

/** Lines of JSON: most are requests, some have errors, warnings or a broken syntax, some are empty. The same for the same seed. */
export function sparkEntities(count: number, seed: number): string[] {
  const random = new Random(seed)
  return Array.from({ length: count }, (_, index) => line(random, index))
}

function line(random: Random, index: number): string {
  if (random.chance(0.005)) return ''
  const entity: Record<string, unknown> = { name: `model-${index}`, description: random.text(WORDS, 12) }
  if (random.chance(0.3)) entity['custom_fields'] = { team: random.pick(WORDS), size: random.below(100) }
  for (const [field, values] of Object.entries(ODDITIES)) if (random.chance(0.02)) entity[field] = random.pick(values)
  const text = JSON.stringify(entity)
  return random.chance(0.01) ? random.edited(text, ['"', '}', '{', ',', ':', '\\', ' ', 'é', '1']) : text
}

const WORDS = ['llama ', 'größe ', '日本 ', '🦙 ', 'a\nb ', '"q" ', 'x', '\u2028', '1.5 ']

const ODDITIES: Readonly<Record<string, readonly unknown[]>> = {
  name: [5, null, '', 'Llama-3', 'a'.repeat(300)],
  fileset: ['team/llama', 'a/b/c', 7],
  fileste: ['team/llama'],
  trust_remote_code: [true, 'yes', 'maybe', 2],
  base_model: ['Llama', ' ab', 1.5],
  spec: [{}, { num_layers: 'x' }, 'spec', []],
  model_providers: [['a/b'], ['a'], 'a/b', [1]],
}
