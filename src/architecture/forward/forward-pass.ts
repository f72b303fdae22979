import type { Attention } from './attention.js'
import type { Dropout } from './dropout.js'
import type { FeedForward } from './feed-forward.js'
import type { Masks } from './masks.js'
import type { Mixer } from './mixer.js'
import type { Norm } from './norm.js'
import type { Residual } from './residual.js'
import type { Alibi, Rotation } from './rotation.js'
import type { RouterLogits } from './router-logits.js'

/**
 * What one forward pass of a decoder computes, in order, and which tensors its code keeps alive. It is plain data that
 * `estimate/replay` interprets with the sizes of the modules. Fields that are left out have their default.
 */
export interface ForwardPass {
  /**
   * What becomes of the embeddings: nothing; they are multiplied by a number, by their own module or by the code of the model (Granite), or
   * for the first layer only, with the unscaled ones kept; or the norm that follows the last layer normalises them for the first
   * one (nanochat); or tokens come before sequences, in a copy (ChatGLM 2 and 3). Default: `plain`.
   */
  readonly embedding?: 'plain' | 'scaled' | 'scaledInModel' | 'scaledForFirstLayer' | 'normalised' | 'tokensOutside'
  /**
   * Whether all sequences share the embeddings of learned positions, or each has its own, counted from a mask of ones in
   * float32 (OPT), or of integers that the code around it makes (`ofGivenMask`), or there are no positions at all (MPT), or all share rows of a buffer, which the code holds (CTRL) or not (XGLM).
   * `numbered`: shared, by numbers that are a buffer (GPT). `unused`: the code counts positions and gives them to no layer (Qwen). Default:
   * `shared`.
   */
  readonly places?: 'shared' | 'numbered' | 'eachSequence' | 'ofGivenMask' | 'none' | 'buffer' | 'heldBuffer' | 'unused'
  /** Whether 0 is added to the embeddings, in the place of those of types, which copies them (GPT, CTRL). Default: no. */
  readonly addsTypes?: boolean
  /**
   * How the code recomputes layers, whatever is asked for: reentrantly, because it calls torch's function without a word about it, or not
   * reentrantly. Default: as asked for.
   */
  readonly recomputes?: 'asAsked' | 'reentrant' | 'nonReentrant'
  /** Tables of positions in float32 that the code makes in its first pass and keeps. Default: none. */
  readonly keptTables?: KeptTables
  /** Whether a prefill joins the cache of each layer to that of the layers before, in a copy (GLM-4-9B). Default: no. */
  readonly joinsCaches?: boolean
  /**
   * A mask of biases for all heads that the code keeps as a buffer: of the tokens of a sequence in training, and of so many positions in a prefill.
   * Default: none.
   */
  readonly keptBiases?: number | undefined
  /** Whether transformers cannot recompute its layers. Default: no. */
  readonly keepsLayers?: boolean
  /**
   * How many masks of tokens the code around the language model holds until the model returns, to replace placeholders of images: four
   * (Gemma 4) or one (Kimi K2.5). It then holds a copy of the ids, too, and in a model with inputs for each layer one of the embeddings.
   * Default: 0, and none of these.
   */
  readonly placeholderMasks?: number
  /**
   * Whether the code around the language model looks up the embeddings of layers by ids in which others are replaced, and holds those ids, a
   * mask and what it has looked up until the model returns (Gemma 3n). Default: no.
   */
  readonly replacesIdsOfLayers?: boolean
  /** Rotary position embedding. Default: none; positions are learned, or come from {@link alibi}. */
  readonly rotation?: Rotation
  /** Biases of attention scores by distance (ALiBi; Press et al. 2021, arXiv:2108.12409). Default: none. */
  readonly alibi?: Alibi
  /** Default: one mask for each kind of layer and each sequence, computed anew in each forward pass. */
  readonly masks?: Masks
  /** How every norm computes. */
  readonly norm: Norm
  /**
   * How the linear layers of a decoder layer compute: with torch's own kernel, or written as `x @ weight.T + bias` (Falcon).
   * Then the bias is added by a separate operation, and autocast caches no copy of the weight. Default: `kernel`.
   */
  readonly linear?: 'kernel' | 'writtenOut'
  /** Default: any attention kernel, which repeats keys and values itself. */
  readonly attention?: Attention
  /** The blocks that layers have in the place of attention, by the name of their module. Default: none. */
  readonly mixers?: Readonly<Record<string, Mixer>>
  readonly feedForward: FeedForward
  /** What becomes of the logits of routers, if the config or an option asks for them. Default: the class does not read that. */
  readonly routerLogits?: RouterLogits
  /** What the config asks for and is not described, with a way out, in one phrase. Default: nothing. */
  readonly undescribed?: string | undefined
  /** Why a run without images fails, with a way out, in one phrase. Default: it does not. */
  readonly needsImages?: string | undefined
  /** Why its training is not described, with a way out, in one phrase. Default: it is. */
  readonly withoutTraining?: string | undefined
  /** What estimates assume about the config, in sentences. Default: nothing. */
  readonly says?: readonly string[]
  /** The modules whose parameters are in float32, whatever the dtype of the model. Default: none. */
  readonly float32Modules?: readonly string[]
  /** Suffixes of the names of parameters that stay in float32, whatever the dtype of the model. Default: none. */
  readonly float32Parameters?: readonly string[]
  /** The layers that run only if the model sees an image, by their indices (Llama 3.2 Vision). Default: none. */
  readonly layersForImages?: readonly number[]
  /** Suffixes of the names of parameters that no gradient reaches. Default: none. */
  readonly untrainedParameters?: readonly string[]
  /** The ends of names of linear layers whose weight the code multiplies by itself, so that an adapter there never runs. Default: none. */
  readonly bypassedLayers?: readonly string[]
  /** Elements of buffers that the modules do not show, in the dtype of the model. Default: 0. */
  readonly bufferElements?: number
  /** The same in float32. Default: 0. */
  readonly float32BufferElements?: number
  /** Default: one block after another. */
  readonly residual?: Residual
  /** What is dropped in training mode. Default: weights of attention by `attention_dropout`, and nothing else. */
  readonly dropout?: Dropout
  /** The rates of dropout above 0 behind it, by their fields in the config. */
  readonly rates?: Readonly<Record<string, number>>
  /** Default: logits as projected, in a prefill only those of the last token. */
  readonly logits?: Logits
  /** What a model of retrieval makes of the last hidden states, in the place of logits. Default: nothing. */
  readonly vectors?: TokenVectors | undefined
}

/** A vector of length 1 for each token, by which texts and pages are found (`ColPaliForRetrieval`). */
export interface TokenVectors {
  /** The linear layer that makes them. */
  readonly module: string
  /** Whether the output of the language model holds the inputs of all layers (`output_hidden_states`). */
  readonly keepsStates: boolean
  /** Whether keys and values are cached, though nothing follows. */
  readonly caches: boolean
}

/** Tables of cosines and sines that the code keeps from its first pass on. */
export interface KeptTables {
  /** The features of both tables together. */
  readonly features: number
  /** For so many times the tokens of a sequence. */
  readonly times: number
  /** The fewest positions. */
  readonly least: number
}

/** How the logits are computed. */
export interface Logits {
  /**
   * Whether logits are multiplied by a number, capped by a tanh as they are or in float32, or cast to float32; or the hidden states of all
   * tokens are multiplied by a number first (MiniCPM 3), and the logits are cast to float32 too (MiniCPM). Default: `plain`.
   */
  readonly form?:
    | 'plain'
    | 'scaled'
    | 'capped'
    | 'cappedInFloat32'
    | 'float32'
    | 'ofScaledStates'
    | 'float32OfScaledStates'
  /**
   * The tokens whose logits a prefill computes: only the last of each sequence, or always all. Default: `lastToken`.
   */
  readonly prefill?: 'lastToken' | 'allTokens'
  /**
   * Whether the code of the class shifts the logits by a token itself, which copies them: in float32 (`float32`); as they are (`model`), in a
   * function that the hidden states do not reach; or as they are, beside the hidden states (`beside`). Default: `no`.
   */
  readonly shifts?: 'no' | 'float32' | 'model' | 'beside'
  /** Whether the output embedding is normalised in each pass of training, into a copy (Baichuan 2). Default: no. */
  readonly normalisesHead?: boolean
  /** Whether the loss has a term of the largest logit of each token (Baichuan 2). Default: no. */
  readonly addsLargest?: boolean
  /** Whether logits with tokens before sequences are copied into the other order. Default: no. */
  readonly turns?: boolean
  /** Whether the logits that the model returns beside a loss are cast back to the dtype of the hidden states. Default: no. */
  readonly castsBack?: boolean
  /** Whether the code of the class casts the logits to float32 for its loss, so that its output holds that copy. Default: no. */
  readonly castsForLoss?: boolean
  /** Whether the class, which calls the layers itself, holds the embeddings until it has logits and loss (Qwen's thinkers). Default: no. */
  readonly besideEmbeddings?: boolean
  /** The dtype that a classifier of tokens computes its loss in, or that of the model. Default: `float32`. */
  readonly labelled?: 'float32' | 'model'
  /** Whether a classifier caches keys and values where its config does not say (`use_cache`). Default: yes. */
  readonly labelsCache?: boolean
}
