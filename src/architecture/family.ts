import type { Architecture } from './architecture.js'
import type { ConfigReader } from './config-reader.js'
import type { Dimensions } from './dimensions.js'
import type { ExpertPlan } from './expert-plan.js'
import type { ForwardPass } from './forward/index.js'
import type { FindLargestImage } from './largest-image.js'
import type { LigerParts } from './liger.js'
import type { Program } from './program/index.js'
import type { FindSense } from './sense.js'
import type { TensorPlan } from './tensor-plan.js'

/**
 * A model family: everything that the library knows about it, in one file under `families/`. What a family does not state
 * here is like in Llama.
 */
export interface Family extends FamilyFacts {
  /** The values of `model_type` that it describes; usually one. */
  readonly modelTypes: readonly string[]
  /** The prefix of its class names: `Llama` for `LlamaForCausalLM`. */
  readonly classPrefix: string
  /**
   * Builds the module tree of a config.
   *
   * @param config - the (text) config
   * @param className - the first of the config's `architectures`. Default: the family's language model
   * @param find - finds the families of the parts of a multimodal model
   */
  describe(config: ConfigReader, className: string | undefined, find: FindFamily): ModelDescription
}

/** Finds the family of a `model_type`. */
export type FindFamily = (modelType: string) => Family | undefined

/** A family's own names for common fields: `{ hidden_size: 'n_embd' }`. */
export type FieldNames = Partial<Record<SizeField, string>>

/** The fields of sizes that have other names in some families. */
export type SizeField =
  | 'vocab_size'
  | 'hidden_size'
  | 'intermediate_size'
  | 'num_hidden_layers'
  | 'num_attention_heads'
  | 'num_key_value_heads'
  | 'max_position_embeddings'

/** A model of a family; the name of the family is the config's `model_type`. */
export type ModelDescription = Omit<Architecture, 'family' | 'config'>

/** What the code of a family computes and the replay does not. */
export type Unreplayed =
  | 'router in mixed precision'
  | 'experts in mixed precision'
  | 'adapters under autocast'
  | 'recomputation of AdaLoRA'
  | 'reentrant recomputation'
  | 'selective recomputation'
  | 'loss without logits'
  | 'input gradients of transformers 5'
  | 'adapters inside saved modules'
  | 'selective recomputation of packed weights'
  | 'no recomputation in transformers 4.57'
  | 'distances of one text'
  | 'choices stepped in backward'

/**
 * When the code of a family makes a mask with a window: `always`; `always` and with no class default of the window (`stated`); unless
 * `layer_types` lists no layer with a window (`usual`); or only if it lists one (`listed`), also where `use_sliding_window` turns the window off
 * (`switched`).
 */
export type NeedsWindow = 'always' | 'stated' | 'usual' | 'listed' | 'switched'

/** What other parts of the library need to know about a family, besides its modules. Add a field here if you need more. */
export interface FamilyFacts {
  /** The family's own names for the fields of common sizes. Both names are read, like with `attribute_map`. */
  readonly fieldNames?: FieldNames
  /**
   * Other names for fields of the config, as in the `attribute_map` of transformers: the field by its alias. transformers 4 and 5
   * map some in opposite directions; both names are read. Names of common sizes are in `fieldNames`.
   */
  readonly attributeMap?: Readonly<Record<string, string>>
  /**
   * Multimodal models that contain this language model: the `model_type` of the whole model if its `text_config` has none,
   * or the `model_type` in the `text_config`.
   */
  readonly languageModelOf?: readonly string[]
  /**
   * The names of parameters in files that have those of the authors' own class, and what they are called here. All that match
   * apply, in this order.
   */
  readonly namesInFiles?: readonly (readonly [inFile: RegExp, here: string])[]
  /**
   * What `auto_map` says of a class of the authors that this family describes, whatever the config's `model_type` is: Jina's encoders
   * have that of BERT.
   */
  readonly ownCode?: RegExp
  /**
   * The fields, besides those of Llama, by which the config of an unknown family that copies this one is told. Absent: no
   * unknown family is described as this one.
   */
  readonly copiedWith?: readonly string[]
  /**
   * The modules that PEFT applies LoRA to without `target_modules`, from PEFT 0.21.2's
   * `TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING`. A text is a regular expression. Absent: PEFT requires the user
   * to choose.
   */
  readonly loraTargets?: readonly string[] | string
  /**
   * The modules for which PEFT refuses LoRA: a fused kernel reads their weights and bypasses the adapter (PEFT's
   * `_check_lora_target_modules_mamba`).
   */
  readonly loraRefused?: readonly string[]
  /**
   * The linear layers of experts and router that transformers 5 merged into tensors, each with its tensor. PEFT accepts
   * the old names for these tensors.
   */
  readonly mergedLayers?: Readonly<Record<string, string>>
  /**
   * The modules that transformers keeps in float32 if a model is loaded in float16 or packed by bitsandbytes
   * (`_keep_in_fp32_modules`).
   */
  readonly keptInFloat32?: readonly string[]
  /**
   * Whether the replay keeps them in float32 in float16. bitsandbytes leaves them as they are, in the dtype of the model, in transformers 5
   * (`unpacked`). Absent: float16 is refused. Weights of bitsandbytes are refused unless they are `unpacked`.
   */
  readonly keepsFloat32?: 'inFloat16' | 'unpacked'
  /** Why transformers runs the family with weights in float32 alone, alone or under autocast. Absent: it runs in 16 bits too. */
  readonly onlyFloat32?: string
  /**
   * Whether transformers uses patterns to name the tied weights of blocks that layers share. PEFT takes the patterns for
   * names, and fails if the embeddings are tied.
   */
  readonly tiesByPattern?: boolean
  /**
   * Whether the family is one of encoders, where its modules do not show it: a module called `encoder` holds its layers if it
   * is. An encoder reads a whole text at once, and caches nothing.
   */
  readonly encodes?: boolean
  /** Fields whose default differs between transformers 4.57, whose is used here, and 5. */
  readonly otherDefaults?: Readonly<Record<string, { readonly here: number | boolean; readonly in5: number | boolean }>>
  /** Lists with an entry for each layer that its class accepts if they are longer. */
  readonly longerLists?: readonly string[]
  /**
   * The rates of dropout above 0 that its configuration class has by default (transformers 4.57, `configuration_*.py`): `forward` and
   * `program` read a config that states them.
   */
  readonly dropout?: Readonly<Record<string, number>>
  /** Why its forward pass is not described, with a way out, in one phrase. Default: a sentence about its blocks. */
  readonly undescribed?: string
  /** What Liger replaces in it. Absent: Liger has nothing for it. */
  readonly liger?: LigerParts
  /** Whether Unsloth 2026.10.9 has layers of its own for it (`models/loader.py`). Default: no, it compiles the classes of transformers. */
  readonly hasUnslothLayers?: boolean
  /** When its code makes a mask with a window, which fails where `sliding_window` is null. Default: it asks first whether there is one. */
  readonly needsWindow?: NeedsWindow
  /** What its forward pass computes and no estimate replays: the estimate says so. */
  readonly unreplayed?: readonly Unreplayed[]
  /** Whether its config class has no `num_key_value_heads`, from which PEFT takes the size of prefixes. Default: no. */
  readonly hidesKeyHeads?: boolean
  /** How transformers divides its modules among tensor-parallel ranks. Absent: it has no plan, or `undivided` says why no estimate has it. */
  readonly tensorPlan?: TensorPlan
  /** Why there is no `tensorPlan`. Default: transformers has none. */
  readonly undivided?: string
  /** Its experts in transformers 5.24, which ranks can divide. Absent: its experts are grouped already, or cannot be divided. */
  readonly expertPlan?: ExpertPlan
  /** Why ranks cannot divide its experts, although they are grouped. Default: they can. */
  readonly undispatched?: string
  /** The largest image that its processor makes. Absent: engines' memory for images cannot be planned. */
  readonly largestImage?: FindLargestImage
  /** What the code around its language model does to the embeddings of all tokens, also of text. Absent: nothing. */
  readonly words?: FindSense
  /** What it makes of images. Absent: a run with images cannot be estimated. */
  readonly images?: FindSense
  /** The end of the name of the class that sees and hears. Default: `ForConditionalGeneration`. */
  readonly seeingClass?: string
  /** Whether its code puts sound among the tokens before images. Default: no. */
  readonly hearsFirst?: boolean
  /** What it makes of sound. Absent: a run with sound cannot be estimated. */
  readonly sound?: FindSense
  /**
   * Describes what a forward pass computes, part by part. Absent: activations cannot be estimated.
   *
   * @param dimensions - the dimensions from `describe` for the same config
   */
  readonly forward?: (config: ConfigReader, dimensions: Dimensions) => ForwardPass
  /**
   * The same for a family of encoders or encoder-decoders: a program for each class.
   *
   * @param className - the class that is described
   * @returns nothing for a class without a forward-pass model
   */
  readonly program?: (config: ConfigReader, dimensions: Dimensions, className: string) => Program | undefined
}
