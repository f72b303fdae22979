import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { Family, FamilyFacts } from '../family.js'
import type { Module } from '../module.js'
import { chooseClass, type ModelClasses } from './model-class.js'

/** An encoder of images or sound, alone or inside a multimodal model. */
export interface TowerFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class names: `CLIPVision` for `CLIPVisionModel`. */
  readonly name: string
  readonly build: (config: ConfigReader) => BuiltTower
}

/** The classes of a tower by their suffix, the bare `Model` first: it is what multimodal models contain. */
export interface BuiltTower {
  readonly classes: ModelClasses
  readonly dimensions: Dimensions
}

/** A family whose default class is the bare encoder. */
export function towerFamily({ modelType, name, build, ...facts }: TowerFamilyOptions): Family {
  return {
    encodes: true,
    ...facts,
    modelTypes: [modelType],
    classPrefix: name,
    describe(config, className) {
      const { classes, dimensions } = build(config)
      return { ...chooseClass(name, className, classes), dimensions }
    },
  }
}

/** The classes of an image encoder that multimodal models contain as it is. */
export function bareTower(module: Module): ModelClasses {
  return { Model: () => module }
}
