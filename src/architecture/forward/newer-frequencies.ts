import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'

/** A forward pass as transformers 5 has it: the model keeps the frequencies of its rotation twice. */
export function newerFrequencies(forward: (config: ConfigReader) => ForwardPass) {
  return (config: ConfigReader): ForwardPass => withFrequenciesTwice(forward(config))
}

/** The same of a forward pass that is there. */
export function withFrequenciesTwice({ rotation, ...pass }: ForwardPass): ForwardPass {
  return { ...pass, ...(rotation && { rotation: { ...rotation, frequencies: 'modelTwice' } }) }
}
