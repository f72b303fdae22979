/** Chooses which weight files of a checkpoint to read, like transformers and PEFT. */
import { isObject } from '../../architecture/config-object.js'
import { CheckpointError } from '../../architecture/index.js'
import type { FileSource } from './file-source.js'
import { readJsonFile } from './json-file.js'

/** The files to read, and notes on those that are left. */
export interface WeightFiles {
  readonly safetensors: readonly string[]
  /** Files of `torch.save`: only read if there are no safetensors files. */
  readonly torch: readonly string[]
  readonly notes: readonly string[]
}

/** What kind of weights to look for. */
export interface WeightChoice {
  readonly variant: string | undefined
  /** Whether the folder is an adapter: its weights are `adapter_model`. */
  readonly isAdapter: boolean
}

/** A format, with the names of its files. `{variant}` is empty, or `.fp16`. */
interface Format {
  readonly single: (variant: string) => string
  readonly index: (variant: string) => string
  readonly isWeight: (file: string) => boolean
}

const SAFETENSORS: Format = {
  single: (variant) => `model${variant}.safetensors`,
  index: (variant) => `model.safetensors.index${variant}.json`,
  isWeight: (file) => file.endsWith('.safetensors'),
}

const TORCH: Format = {
  single: (variant) => `pytorch_model${variant}.bin`,
  index: (variant) => `pytorch_model.bin.index${variant}.json`,
  isWeight: (file) => /^(?:pytorch_model|consolidated|adapter_model|model|qmodel)[\w.-]*\.(?:bin|pth|pt)$/.test(file),
}

/**
 * Chooses the weight files like transformers: `model.safetensors`, else the files that its index lists, else the same for
 * `pytorch_model.bin`. With a variant: `model.fp16.safetensors`, or its index. If there is none of them, all safetensors files
 * at the top of the folder are shards without an index. Source: `_get_resolved_checkpoint_files` of transformers.
 */
export async function weightFiles(
  source: FileSource,
  files: readonly string[],
  { variant, isAdapter }: WeightChoice,
): Promise<WeightFiles> {
  const top = files.filter((file) => !file.includes('/'))
  const ofAdapter = (file: string) => file.startsWith('adapter_model') || file.startsWith('adapters.')
  const all = top.filter(SAFETENSORS.isWeight)
  const pickles = top.filter((file) => TORCH.isWeight(file) || (source.isFile && /\.(?:bin|pth|pt)$/.test(file)))
  if (isAdapter) {
    const own = all.filter(ofAdapter)
    // A checkpoint of training may hold the whole model beside the adapter.
    const safetensors = own.length > 0 ? own : all.filter((file) => !file.startsWith('model'))
    const torch = safetensors.length > 0 ? [] : pickles.filter(ofAdapter)
    return { safetensors, torch, notes: leftNotes([...all, ...pickles], [...safetensors, ...torch], 'PEFT') }
  }
  // The weights of an adapter without its config are at least listed.
  const models = all.filter((file) => !ofAdapter(file))
  const safetensors = await chosen(source, models.length + pickles.length > 0 ? models : all, new Set(files), variant)
  const torch = safetensors.length > 0 ? [] : await chosenPickles(source, pickles, new Set(files), variant)
  if (variant !== undefined && safetensors.length + torch.length === 0) throw noVariant(variant)
  return { safetensors, torch, notes: leftNotes([...all, ...pickles], [...safetensors, ...torch], 'transformers') }
}

async function chosen(
  source: FileSource,
  all: readonly string[],
  present: ReadonlySet<string>,
  variant: string | undefined,
): Promise<readonly string[]> {
  const named = await namedFiles(SAFETENSORS, source, present, variant)
  if (named || variant !== undefined) return named ?? []
  // Some repositories hold the same weights twice, for two loaders.
  const own = all.filter((file) => !file.startsWith('consolidated'))
  return own.length > 0 ? own : all
}

/** Meta's `consolidated.00.pth` holds a whole model only if it is the only one: of several, each has a slice of every tensor. */
async function chosenPickles(
  source: FileSource,
  all: readonly string[],
  present: ReadonlySet<string>,
  variant: string | undefined,
): Promise<readonly string[]> {
  const named = await namedFiles(TORCH, source, present, variant)
  if (named || variant !== undefined) return named ?? []
  const shards = all.filter((file) => /^pytorch_model-\d+-of-\d+\.bin$/.test(file))
  if (shards.length > 0) return shards
  return all.length === 1 ? all : []
}

async function namedFiles(
  format: Format,
  source: FileSource,
  present: ReadonlySet<string>,
  variant: string | undefined,
): Promise<readonly string[] | undefined> {
  const suffix = variant === undefined ? '' : `.${variant}`
  if (present.has(format.single(suffix))) return [format.single(suffix)]
  const index = format.index(suffix)
  return present.has(index) ? indexedFiles(source, present, index) : undefined
}

function noVariant(variant: string): CheckpointError {
  const [single, index] = [SAFETENSORS.single(`.${variant}`), SAFETENSORS.index(`.${variant}`)]
  return new CheckpointError('unreadable_file', `the weights have no variant ${JSON.stringify(variant)}`, {
    place: [single],
    help: `neither ${single} nor ${index} exists`,
  })
}

function leftNotes(all: readonly string[], read: readonly string[], loader: string): string[] {
  const left = all.filter((file) => !read.includes(file))
  return left.length > 0
    ? [`not read: ${listed(left)}; ${loader} does not load ${left.length === 1 ? 'it' : 'them'}`]
    : []
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more files`
}

async function indexedFiles(
  source: FileSource,
  present: ReadonlySet<string>,
  indexName: string,
): Promise<readonly string[]> {
  const index = await readJsonFile(source, indexName)
  const map = isObject(index) ? index['weight_map'] : undefined
  if (!isObject(map))
    throw new CheckpointError('invalid_json', `${indexName} has no weight_map`, { place: [indexName] })
  const names = new Set<string>()
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || /^(?:[/\\]|[a-zA-Z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/.test(file)) {
      throw new CheckpointError(
        'path_outside_checkpoint',
        `${indexName} maps ${tensor} to ${JSON.stringify(file)}, which is not in its folder`,
        {
          place: [indexName, 'weight_map', tensor],
          help: 'an index may only name files in its own folder',
        },
      )
    }
    names.add(file)
  }
  for (const name of names) {
    if (!present.has(name)) {
      throw new CheckpointError('unreadable_file', `${indexName} names ${name}, which does not exist`, {
        place: [indexName, 'weight_map'],
        help: 'the upload or download was interrupted: transfer the file',
      })
    }
  }
  return [...names].sort()
}
