/** What the configs of all methods say in similar fields: how scales are shared, and which modules stay as they are. */

import { isObject } from '../../architecture/config-object.js'
import type { ConfigObject } from '../../architecture/index.js'
import { numberIn, objectIn, textsIn } from '../json-object.js'
import { globTest, type ModuleTest, regexTest } from './module-pattern.js'
import { type Quantisation, type ScaleSettings, staysAsItIs } from './quantisation.js'

/** The details of a quantisation config that do not depend on its method. */
export function detailsOf(settings: ConfigObject): Pick<Quantisation, 'scales' | 'isExcluded'> {
  const scales = scaleSettings(settings)
  const isExcluded = excludedModules(settings)
  return { ...(Object.keys(scales).length > 0 && { scales }), ...(isExcluded && { isExcluded }) }
}

function scaleSettings(settings: ConfigObject): ScaleSettings {
  const weights = weightsOf(settings)
  const size = GROUP_NAMES.map((name) => numberIn(settings, name) ?? numberIn(weights, name)).find(
    (value) => value !== undefined,
  )
  const doubled = settings['bnb_4bit_use_double_quant']
  const zeros = settings['zero_point'] ?? (settings['sym'] === undefined ? weights?.['symmetric'] : settings['sym'])
  const isZeroPoint = settings['zero_point'] !== undefined ? zeros === true : zeros === false
  return {
    ...(size !== undefined && { groupSize: size > 0 ? size : ('row' as const) }),
    ...(typeof zeros === 'boolean' && { zeroPoints: isZeroPoint }),
    ...(typeof doubled === 'boolean' && { doubleQuantised: doubled }),
  }
}

const GROUP_NAMES = ['group_size', 'q_group_size']

/** The settings of weights in the first group of compressed-tensors. */
function weightsOf(settings: ConfigObject): ConfigObject | undefined {
  const group = Object.values(objectIn(settings, 'config_groups') ?? {}).find(isObject)
  return objectIn(group, 'weights')
}

/** A test for the modules that stay as they are; `undefined` if the config names none. */
function excludedModules(settings: ConfigObject): ((module: string) => boolean) | undefined {
  const listed = EXCLUDED_NAMES.flatMap((name) => textsIn(settings[name]))
  // GPTQModel writes its exceptions as patterns, with a minus before those that stay as they are.
  const dynamic = Object.keys(objectIn(settings, 'dynamic') ?? {}).flatMap((pattern) =>
    pattern.startsWith('-:') ? [`re:${pattern.slice(2)}`] : [],
  )
  // AutoRound finds its patterns anywhere in a name.
  const rounded = Object.entries(objectIn(settings, 'extra_config') ?? {}).flatMap(([pattern, own]) =>
    staysAsItIs(own) ? [`re:.*${pattern}`] : [],
  )
  const tests = [...listed, ...dynamic, ...rounded].slice(0, MOST_PATTERNS).map(testOf)
  const exact = new Set(listed)
  if (tests.length === 0) return undefined
  return (module) => exact.has(module) || tests.some((isMeant) => isMeant?.(module))
}

const EXCLUDED_NAMES = [
  'modules_to_not_convert',
  'ignored_layers',
  'ignore',
  'exclude_modules',
  'exclude',
  'llm_int8_skip_modules',
]

/** Several names for each module of the largest models. */
const MOST_PATTERNS = 100_000

function testOf(pattern: string): ModuleTest {
  if (pattern.startsWith('re:')) return regexTest(pattern.slice(3))
  if (pattern.includes('*')) return globTest(pattern)
  // Beside the module itself, a name stands for all below it, and for modules of this name anywhere.
  return (module) =>
    module.startsWith(`${pattern}.`) || module.endsWith(`.${pattern}`) || module.includes(`.${pattern}.`)
}
