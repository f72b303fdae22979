import { type ConfigObject, isObject } from './config-object.js'
import type { ConfigType } from './config-types.js'
import { describeValue } from './config-values.js'
import { type Problem, stated } from './problem.js'

/** Finds rotary embeddings of the right type that no model can be built of. */
export function* unusableRopes(config: ConfigObject, type: ConfigType): Generator<Problem> {
  const { fields } = type
  yield* kindsOfLayers(config, type)
  if (!fields.has('rope_theta') && !ROPES.some((name) => fields.has(name))) return
  for (const name of ROPES) yield* unusableRope(stated(config, name), [name])
}

/** Rotary embeddings for each kind of layer, of a class that has the same for all, and the other way round. */
function* kindsOfLayers(config: ConfigObject, { fields }: ConfigType): Generator<Problem> {
  const rope = stated(config, 'rope_parameters')
  if (!isObject(rope)) return
  const types = stated(config, 'layer_types')
  // By default, a class has the kinds of layers that its table names.
  const inModel = (usual: string) =>
    KINDS.filter(([kind, letter]) => (Array.isArray(types) ? types.includes(kind) : usual.includes(letter)))
  const isThere = ([kind]: readonly [string, string]) => stated(rope, kind) !== undefined
  const each = fields.get(FOR_EACH_KIND)
  const missing = each === undefined ? [] : inModel(each).filter((kind) => !isThere(kind))
  for (const [kind] of missing) {
    yield [['rope_parameters', kind], 'absent: transformers 5 expects it for each kind of layer, and fails']
  }
  const all = fields.get(FOR_ALL)
  const isNested = all !== undefined && inModel(all).some(isThere)
  const isFlat = each === '-' && Object.hasOwn(rope, 'rope_type')
  const expected = isNested ? 'one for all layers' : isFlat ? 'one for each kind of layer' : undefined
  if (expected !== undefined) {
    yield [['rope_parameters'], `${describeValue(rope)}: transformers 5 expects ${expected} in this class, and fails`]
  }
}

/** The values of rotary embeddings, for all layers or by the kind of layer. */
function* unusableRope(rope: unknown, place: readonly string[]): Generator<Problem> {
  if (!isObject(rope)) return
  if (place.includes('rope_scaling') && !Object.hasOwn(rope, 'rope_type') && !Object.hasOwn(rope, 'type')) {
    yield [[...place, 'rope_type'], 'absent: some classes of transformers 4.57 expect it, and fail']
  }
  const kind = rope['rope_type'] ?? rope['type']
  for (const name of (typeof kind === 'string' && NEEDED.get(kind)) || []) {
    if (!Object.hasOwn(rope, name))
      yield [[...place, name], `absent: transformers expects it with the rotary embedding ${kind}, and fails`]
  }
  for (const [name, value] of Object.entries(rope)) {
    if (name === 'rope_theta' && typeof value !== 'number') {
      yield [[...place, name], `${describeValue(value)}: transformers expects a number, and fails`]
    }
    if ((name === 'rope_type' || name === 'type') && !(typeof value === 'string' && ROPE_TYPES.has(value))) {
      yield [[...place, name], `${describeValue(value)}: transformers has no rotary embedding of that name`]
    }
    const isMissing = value === null ? ROPE_SIZES.has(name) : typeof value !== 'number'
    if (ROPE_NUMBERS.has(name) && isMissing) {
      yield [[...place, name], `${describeValue(value)}: transformers expects a number, and fails`]
    }
    if (LAYERS_WITH_ROPE.has(name)) {
      if (isObject(value)) {
        if (!Object.hasOwn(value, 'rope_theta')) {
          yield [[...place, name, 'rope_theta'], 'absent: transformers 5 expects it for each kind of layer, and fails']
        }
        yield* unusableRope(value, [...place, name])
      } else if (value !== null)
        yield [[...place, name], `${describeValue(value)}: transformers expects an object, and fails`]
    }
  }
}

const ROPES = ['rope_parameters', 'rope_scaling']

const LAYERS_WITH_ROPE: ReadonlySet<string> = new Set(['full_attention', 'sliding_attention', 'chunked_attention'])

/** The kinds of layers that may have rotary embeddings of their own, and their letters in the table. */
const KINDS = [
  ['full_attention', 'f'],
  ['sliding_attention', 's'],
] as const

/** Stands among the fields of a class that has rotary embeddings for each kind of layer, with the letters of the kinds. */
const FOR_EACH_KIND = '!ropes'

/** Stands among the fields of a class that has the same rotary embeddings in all layers, with the letters of the kinds. */
const FOR_ALL = '!rope'

const ROPE_SIZES: ReadonlySet<string> = new Set(['factor', 'original_max_position_embeddings'])

const ROPE_NUMBERS: ReadonlySet<string> = new Set([
  ...[...ROPE_SIZES, 'beta_fast', 'beta_slow', 'attention_factor', 'partial_rotary_factor', 'mscale', 'mscale_all_dim'],
  ...['low_freq_factor', 'high_freq_factor'],
])

/** What each of them reads without a default (`modeling_rope_utils.py` of transformers 4.57 and 5.24). */
const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ['linear', ['factor']],
  ['dynamic', ['factor']],
  ['yarn', ['factor']],
  ['longrope', ['short_factor', 'long_factor']],
  ['llama3', ['factor', 'low_freq_factor', 'high_freq_factor']],
])

/** `ROPE_INIT_FUNCTIONS` and the names that models of their own have for theirs. */
const ROPE_TYPES: ReadonlySet<string> = new Set([
  ...['default', 'linear', 'dynamic', 'yarn', 'longrope', 'llama3', 'proportional', 'axial', 'mrope', 'su'],
  ...['deepseek_yarn', 'xdrope'],
])
