import type { ConfigReader } from './config-reader.js'
import type { FamilyFacts, NeedsWindow } from './family.js'
import type { ForwardPass } from './forward/index.js'

/**
 * A forward pass that cannot run, since the code makes a mask with a window and the config has none (`create_sliding_window_causal_mask` in
 * `masking_utils.py` of transformers 4.57 raises a `ValueError`; 5.24 stops with a `TypeError`, or in the configuration class).
 */
export function withWindowAsked(forward: ForwardPass, config: ConfigReader, { needsWindow }: FamilyFacts): ForwardPass {
  if (needsWindow === undefined || forward.undescribed || !STOPS[needsWindow](config)) return forward
  return { ...forward, undescribed: WITHOUT_WINDOW }
}

/** Whether a forward pass is described but for the window, which its config has to state. */
export const lacksOnlyWindow = ({ undescribed }: ForwardPass): boolean => undescribed === WITHOUT_WINDOW

type Stops = (config: ConfigReader) => boolean

// MiMo's configs may state the window under another name.
const isNull: Stops = (config) => config.isNull('sliding_window') && !config.has('sliding_window_size')

const lists: Stops = (config) => config.strings('layer_types')?.includes('sliding_attention') ?? false

const STOPS: Readonly<Record<NeedsWindow, Stops>> = {
  always: isNull,
  stated: (config) => !config.has('sliding_window'),
  usual: (config) => isNull(config) && (config.strings('layer_types') === undefined || lists(config)),
  listed: (config) => isNull(config) && lists(config),
  switched: (config) => lists(config) && (isNull(config) || !config.boolean('use_sliding_window', false)),
}

const WITHOUT_WINDOW =
  'transformers stops in the configuration class or in the forward pass, since layers have a window and `sliding_window` is null; give the window'
