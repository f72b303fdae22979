import type { ConfigReader } from '../config-reader.js'

/** The sizes of an encoder and a decoder that one config states beside each other, as BART's and Whisper's do. */

/**
 * The layers of the encoder. Saved configs have them under both names; where only the common one is there, the versions of
 * transformers differ.
 */
export function encoderLayers(config: ConfigReader, absent: number): number {
  const other = config.raw('num_hidden_layers')
  if (config.raw('encoder_layers') === undefined && typeof other === 'number' && other !== absent) {
    const place = [...config.place, 'num_hidden_layers'].join('.')
    config.doubt(
      `${place} is ${other}, and encoder_layers is absent: transformers 5 uses ${other} layers. ${absent}, the default of encoder_layers, is used here, as in 4.57.`,
    )
  }
  return config.integer('encoder_layers', absent)
}

/** The heads of a stack, which share its width among them. The classes refuse heads that do not divide it. */
export function headsDividing(
  config: ConfigReader,
  names: string | readonly string[],
  absent: number,
  width: number,
): number {
  const heads = config.positive(names, absent)
  if (width % heads !== 0) {
    const [first = ''] = typeof names === 'string' ? [names] : names
    const place = [...config.place, first].join('.')
    config.doubt(`${place} is ${heads}, which does not divide d_model, ${width}: transformers refuses it.`)
  }
  return heads
}
