import type { Architecture } from './architecture.js'
import type { ConfigReader } from './config-reader.js'
import type { Dimensions } from './dimensions.js'
import type { ForwardPass } from './forward/index.js'

/**
 * A model family: everything that the library knows of it, in one file under `families/`. What a config leaves out and
 * what a family leaves out here is as in Llama.
 */
export interface Family extends FamilyFacts {
  /** The values of `model_type` that it describes: usually one. */
  readonly modelTypes: readonly string[]
  /**
   * The module tree of a config.
   *
   * @param config - the (text) config
   * @param className - the first of the config's `architectures`; absent, the family's language model
   */
  describe(config: ConfigReader, className: string | undefined): ModelDescription
}

/** What a family calls the fields that most families call alike: `{ hidden_size: 'n_embd' }`. */
export type FieldNames = Partial<Record<SizeField, string>>

/** The fields of sizes that some families call otherwise. */
export type SizeField =
  | 'vocab_size'
  | 'hidden_size'
  | 'intermediate_size'
  | 'num_hidden_layers'
  | 'num_attention_heads'
  | 'num_key_value_heads'
  | 'max_position_embeddings'

/** A model of a family; the name of the family is the config's `model_type`. */
export type ModelDescription = Omit<Architecture, 'family' | 'forward'>

/** What other rooms need to know of a family besides its modules. Whoever needs more adds a field here. */
export interface FamilyFacts {
  /** What the family calls the fields of common sizes. Both names are read, as `attribute_map` has it. */
  readonly fieldNames?: FieldNames
  /**
   * Other names for fields of the config, as in the `attribute_map` of transformers: the field by its alias. transformers 4 and 5
   * map some in opposite directions; both names are read. Names of common sizes are in `fieldNames`.
   */
  readonly attributeMap?: Readonly<Record<string, string>>
  /**
   * Multimodal models whose language model this is: the `model_type` of the whole where its `text_config` has none, or
   * the name that the `text_config` gives it.
   */
  readonly languageModelOf?: readonly string[]
  /**
   * The modules that PEFT puts LoRA on where `target_modules` is left out, as in PEFT 0.21.2's
   * `TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING`. A text is a regular expression. Absent: PEFT asks the user to
   * choose.
   */
  readonly loraTargets?: readonly string[] | string
  /**
   * The modules that PEFT refuses LoRA on, because a fused kernel reads their weights and bypasses the adapter (PEFT's
   * `_check_lora_target_modules_mamba`).
   */
  readonly loraRefused?: readonly string[]
  /**
   * Where transformers 5 merged linear layers of the experts and the router into tensors: those layers, and the tensor
   * that each of them is now part of. PEFT takes the old names for these tensors.
   */
  readonly mergedLayers?: Readonly<Record<string, string>>
  /**
   * Whether transformers names the tied weights of blocks that layers share by patterns. PEFT takes the patterns for
   * names and fails on them where the embeddings are tied.
   */
  readonly tiesByPattern?: boolean
  /**
   * What a forward pass computes, part by part. Absent: memory is not estimated.
   *
   * @param dimensions - what `describe` says of the same config
   */
  readonly forward?: (config: ConfigReader, dimensions: Dimensions) => ForwardPass
}
